import { fail, type Outcome, succeed } from '../../../base/outcome.ts';
import type { Server } from './link.ts';
import { pathFault } from './paths.ts';

const portDefault = 2181;

/** Reads `zk1:2181,zk2:2181,[::1]:2181/prefix`, as ZooKeeper writes it; the error says what is wrong. */
export function parseConnectString(
  text: string,
): Outcome<{ readonly servers: readonly Server[]; readonly chroot: string }, string> {
  const slash = text.indexOf('/');
  const chroot = slash === -1 ? '/' : text.slice(slash);
  const fault = pathFault(chroot);
  if (fault !== undefined) return fail(`The path ${chroot} ${fault}`);
  const servers: Server[] = [];
  for (const entry of (slash === -1 ? text : text.slice(0, slash)).split(',')) {
    const server = parseServer(entry.trim());
    if (server === undefined) return fail(`“${entry}” is no server; write host:port`);
    servers.push(server);
  }
  return succeed({ servers, chroot });
}

function parseServer(entry: string): Server | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(entry);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? portDefault);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

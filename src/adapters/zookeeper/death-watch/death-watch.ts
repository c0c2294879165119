import { spawn } from 'node:child_process';
import { assert } from '../../../base/assert.ts';
import type { Log } from '../../../ports/log.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import { type SessionKey, writeConnectRequest } from '../client/connect-request.ts';
import { JuteWriter } from '../client/jute-writer.ts';
import type { Server, TlsOptions } from '../client/link.ts';
import { opcodes } from '../client/protocol.ts';
import { isFinal } from '../client/session-state.ts';
import { endAfterDeath, type LastWill } from './end-after-death.ts';

/**
 * Watches over the death of this process: a small child process ends the client's session on the ensemble as soon as
 * this process is dead, so that its ephemeral nodes vanish at once and not after the session time-out. While this
 * process only stands still, nothing happens. The watch ends when the client has ended its session.
 *
 * It is a gain and no need: without the child the session ends by its time-out.
 */
export function watchForDeath(
  client: ZooKeeperClient,
  ensemble: { readonly servers: readonly Server[]; readonly tls?: TlsOptions },
  log: Log,
): void {
  const key = client.sessionKey;
  assert(key !== undefined, 'a session is watched before it has begun');
  const child = spawn(process.execPath, [...leanFlags, '--eval', `(${endAfterDeath.toString()})()`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Neither settings of this process nor its secrets.
    env: {},
  });
  const { stdin } = child;
  assert(stdin !== null, 'the input of the watcher is a pipe');
  child.unref();
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  stdin.on('error', () => {});
  stdin.write(`${JSON.stringify(willOf(key, client.sessionTimeoutMs, ensemble))}\n`);
  let isOver = false;
  const lost = (why: string): void => {
    if (isOver) return;
    isOver = true;
    log.warn('the watcher of a session has ended: the death of this process will be noticed late', { why });
  };
  child.once('error', (error) => lost(error.message));
  child.once('exit', (code, signal) => lost(signal ?? `exit ${code}`));
  client.onState((state) => {
    if (!isFinal(state)) return;
    isOver = true;
    // Of a session that this process gave up without being heard, the watcher takes leave in its place.
    const isEnded = state.state === 'expired' || (state.state === 'closed' && state.why === 'asked');
    stdin.end(isEnded ? 'rest\n' : '');
  });
}

/** Small heaps and no threads beside the first. */
const leanFlags = ['--max-semi-space-size=1', '--max-old-space-size=16', '--v8-pool-size=0'];

/** A server that hangs must not take the time of the others. */
const attemptMsMax = 500;

function willOf(
  key: SessionKey,
  sessionTimeoutMs: number,
  { servers, tls }: { readonly servers: readonly Server[]; readonly tls?: TlsOptions },
): LastWill {
  return {
    servers,
    ...(tls === undefined ? {} : { tls }),
    hello: frame((writer) => writeConnectRequest(writer, { key, zxid: 0n, sessionTimeoutMs })),
    farewell: frame((writer) => {
      writer.int(1);
      writer.int(opcodes.closeSession);
    }),
    attemptMs: Math.min(attemptMsMax, Math.ceil(sessionTimeoutMs / 3)),
    roundsMax: Math.ceil((2 * sessionTimeoutMs) / 100),
  };
}

function frame(fill: (writer: JuteWriter) => void): string {
  const writer = new JuteWriter();
  writer.frame(fill);
  return writer.take().toString('base64');
}

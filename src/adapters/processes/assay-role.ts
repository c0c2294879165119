import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildRun } from './child-run.ts';
import { LogFile } from './log-file.ts';
import type { ProcessPlan } from './process-plan.ts';

/** The program itself: what `bin/assay` executes, with the Node that executes this. */
const main = fileURLToPath(new URL('../../main.ts', import.meta.url));

export type AssayRole = Pick<ProcessPlan, 'name' | 'cluster' | 'zone'> & {
  readonly role: 'manager' | 'node' | 'api' | 'scheduler';
  readonly directory: string;
  readonly logFile: string;
  /** Beside those that every role has. */
  readonly args: readonly string[];
  readonly port: number;
  readonly databaseUrl: string;
  readonly zooKeeper: string;
  readonly sessionTimeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Where `fillCodeCache` has put the compiled program. */
  readonly codeCache: string;
};

/**
 * Lets Node keep the compiled program in a directory, which takes two thirds off the processor time of each start (measured:
 * 1.0 to 0.35 s): a dozen processes start at once, and drills start them again and again. Node writes it at the end of a
 * process, and checks it against the sources.
 */
export async function fillCodeCache(codeCache: string, logDirectory: string): Promise<void> {
  if (existsSync(codeCache)) return;
  const environment = { ...process.env, ...cachedIn(codeCache) };
  const command = {
    program: process.execPath,
    args: [main, '--version'],
    directory: logDirectory,
    environment,
  };
  await new ChildRun(command, new LogFile(join(logDirectory, 'code-cache.log'))).ended;
}

function cachedIn(codeCache: string): Readonly<Record<string, string>> {
  return { NODE_COMPILE_CACHE: codeCache };
}

/**
 * A role of Assay. It is ready when it has said so on its standard output, with its address. It keeps that address over its
 * lives, for those who watch it, unless it does not come up there.
 */
export function assayPlan(role: AssayRole): ProcessPlan {
  let [port, isUp] = [role.port, true];
  return {
    name: role.name,
    role: role.role,
    ...(role.cluster === undefined ? {} : { cluster: role.cluster }),
    zone: role.zone,
    log: new LogFile(role.logFile),
    command: (build) => {
      if (!isUp) port = role.port;
      isUp = false;
      return {
        program: process.execPath,
        args: [main, role.role, ...argsOf({ ...role, port })],
        directory: role.directory,
        environment: environmentOf(role, build),
      };
    },
    readiness: (said) => {
      const url = /^Assay \S+ .*runs at (http:[^\s;]+)/m.exec(said)?.[1];
      if (url === undefined) return undefined;
      [port, isUp] = [Number(new URL(url).port), true];
      return { url };
    },
    stopSignal: 'SIGTERM',
    portIsTaken: /^error ADDRESS_UNAVAILABLE/m,
  };
}

function argsOf({ cluster, name, port, args }: AssayRole): string[] {
  const own = cluster === undefined ? [] : ['--cluster', cluster];
  return [...own, '--name', name, '--host', '127.0.0.1', '--port', String(port), ...args];
}

/**
 * Everything that this process was given, because definitions refer to secrets in it, and what all roles have in common.
 * The database's URL is for no list of processes, which shows arguments to everybody.
 */
function environmentOf(role: AssayRole, build: string): Record<string, string | undefined> {
  return {
    ...process.env,
    ...role.environment,
    ...cachedIn(role.codeCache),
    // As `bin/assay` sets it: each running query holds a thread.
    UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? '8',
    NO_COLOR: '1',
    ASSAY_BUILD: build,
    ASSAY_DATABASE_URL: role.databaseUrl,
    ASSAY_BATCHES: 'postgres',
    ASSAY_ZOOKEEPER: role.zooKeeper,
    // They would win over the address of this cluster's servers.
    ASSAY_ZOOKEEPER_INGESTION: undefined,
    ASSAY_ZOOKEEPER_QUALITY: undefined,
    ASSAY_SESSION_TIMEOUT_MS: String(role.sessionTimeoutMs),
    ASSAY_REGION: 'local',
    ASSAY_ZONE: role.zone,
  };
}

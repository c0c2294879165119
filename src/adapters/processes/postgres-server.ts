import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { isRoot, nobody, unprivileged } from './child-run.ts';
import { plainEnvironment } from './environment.ts';
import { LogFile } from './log-file.ts';
import type { ProcessPlan } from './process-plan.ts';

/** The name of the superuser of a server that is made here. */
export const postgresAdmin = 'admin';

export type PostgresServer = {
  readonly zone: string;
  /** Belongs to the server alone. As root: everybody may pass through those above it, for the server runs as nobody. */
  readonly directory: string;
  readonly logFile: string;
  readonly port: number;
  /** `name=value`, beside the usual ones. */
  readonly settings: readonly string[];
};

/**
 * A PostgreSQL server on the loopback address, with passwords alone. After a SIGKILL its own processes notice the death in
 * their own time and hold its memory until then: a start before that is repeated.
 */
export function postgresPlan(server: PostgresServer, programs: string): ProcessPlan {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'log_destination=stderr',
    ...server.settings,
  ].flatMap((setting) => ['-c', setting]);
  return {
    name: 'postgres',
    role: 'postgres',
    zone: server.zone,
    log: new LogFile(server.logFile),
    command: () => ({
      program: join(programs, 'postgres'),
      args: ['-D', dataOf(server.directory), '-p', String(server.port), ...settings],
      directory: server.directory,
      environment: plainEnvironment(),
      isUnprivileged: true,
    }),
    readiness: (said) => (said.includes('ready to accept connections') ? {} : undefined),
    // "Fast": SIGTERM itself would wait until every client has gone by itself.
    stopSignal: 'SIGINT',
    portIsTaken: /could not bind .*: Address already in use/,
    isTooEarly: /shared memory block .* is still in use/,
  };
}

/**
 * Makes the files of a server, whose superuser has this password, unless they are there already. They appear whole or not
 * at all. Takes `options` of `initdb` beside the usual ones.
 */
export async function initialisePostgres(
  directory: string,
  request: { readonly programs: string; readonly password: string; readonly options: readonly string[] },
): Promise<Outcome<void>> {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o700);
  if (isRoot()) chownSync(directory, nobody, nobody);
  if (existsSync(dataOf(directory))) return succeed(undefined);
  const [made, passwordFile] = [join(directory, 'data.new'), join(directory, 'password.new')];
  rmSync(made, { recursive: true, force: true });
  writeFileSync(passwordFile, request.password, { mode: 0o600 });
  if (isRoot()) chownSync(passwordFile, nobody, nobody);
  const [program = '', ...before] = unprivileged(true);
  const access = [`--username=${postgresAdmin}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const guard = [...before, '--pdeathsig', 'KILL', '--'];
  const args = [...guard, join(request.programs, 'initdb'), '-D', made, ...access, '--encoding=UTF8'];
  try {
    await promisify(execFile)(program, [...args, ...request.options], {
      cwd: directory,
      env: { ...plainEnvironment() },
      timeout: limits.processStartMs,
    });
    renameSync(made, dataOf(directory));
    return succeed(undefined);
  } catch (error) {
    return fail(
      failure('PROCESS_FAILED', `the files of the PostgreSQL server in ${directory} could not be made`, {
        hint: isRoot()
          ? 'it runs as nobody, who must be able to reach the directory: choose one whose parents everybody may pass'
          : 'see the cause; the directory must be on a local disk with space left',
        cause: error,
      }),
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function dataOf(directory: string): string {
  return join(directory, 'data');
}

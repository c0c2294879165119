import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import {
  openServerDatabase,
  type ServerDatabase,
  type ServerDatabaseOptions,
} from '../../src/adapters/postgres/server/open.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { createRandom } from '../../src/adapters/system/random.ts';
import { FailureError } from '../../src/base/errors.ts';
import type { Log } from '../../src/ports/log.ts';
import { createRecordingLog } from './kit.ts';
import { freePorts } from './zookeeper/free-ports.ts';

/** A PostgreSQL server of a test's own, which dies with this process however it ends. */
export type PostgresServer = AsyncDisposable & {
  /** A new, empty database that belongs to the user of its URL, who has no other rights. */
  createDatabase(options?: { readonly encoding?: string }): Promise<string>;
  /** Runs a statement as the superuser in the database of a URL. */
  asSuperuser<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]>;
  /** SIGKILL of the postmaster, as when the machine is lost; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again after `kill`; resolves when it accepts connections. */
  restart(): Promise<void>;
};

/** The user that the databases belong to. Its password must appear in no log. */
export const password = 'not-to-be-told';

/** Of the rights of root a server takes none: it runs as nobody then. */
const nobody = 65_534;

const startDeadlineMs = 60_000;

/**
 * Makes a cluster in a temporary directory and starts it on a free port. Its texts sort by the rules of English, as on
 * many a server, which no query of ours may depend on. It does without fsync, which only a crash
 * of the operating system would miss.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = programsDirectory();
  const directory = mkdtempSync(join(tmpdir(), 'assay-postgres-'));
  const isRoot = process.geteuid?.() === 0;
  chmodSync(directory, 0o755);
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, password);
  if (isRoot) for (const path of [directory, passwordFile]) chownSync(path, nobody, nobody);
  const [port = 0] = await freePorts(1);
  const server = new Server({ programs, directory, port, isRoot });
  try {
    server.initialise(passwordFile);
    await server.start();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

/** Opens the database of a URL, or throws what is in the way. */
export async function openOnServer(
  url: string,
  log: Log = createRecordingLog(),
  options: Partial<ServerDatabaseOptions> = {},
): Promise<ServerDatabase> {
  const opened = await openServerDatabase({
    url,
    clock: systemClock,
    random: createRandom(),
    log,
    ...options,
  });
  if (!opened.ok) throw new FailureError(opened.error);
  return opened.value;
}

type ServerOptions = {
  readonly programs: string;
  readonly directory: string;
  readonly port: number;
  readonly isRoot: boolean;
};

class Server implements PostgresServer {
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;
  #databases = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  initialise(passwordFile: string): void {
    const { programs, directory } = this.#options;
    const [command = '', ...before] = this.#unprivileged();
    const settings = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
    const access = ['--username=admin', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    const program = [join(programs, 'initdb'), '-D', join(directory, 'data'), '--no-sync'];
    execFileSync(command, [...before, ...program, ...settings, ...access], { cwd: directory, stdio: 'pipe' });
  }

  /** Starts the postmaster and waits until it says that it is ready. */
  async start(): Promise<void> {
    const { programs, directory, port } = this.#options;
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      'max_connections=60',
      'shared_buffers=32MB',
      'log_destination=stderr',
      'deadlock_timeout=100ms',
    ].flatMap((setting) => ['-c', setting]);
    const [command = '', ...before] = this.#unprivileged();
    const program = [join(programs, 'postgres'), '-D', join(directory, 'data'), '-p', String(port)];
    const child = spawn(command, [...before, ...program, ...settings], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    await ready(child);
  }

  async createDatabase({ encoding = 'UTF8' } = {}): Promise<string> {
    this.#databases += 1;
    const name = `assay_${this.#databases}`;
    const admin = this.#url('admin', 'postgres');
    await this.asSuperuser(admin, `create role ${name} login password '${password}'`);
    const locale = encoding === 'UTF8' ? '' : "locale_provider libc locale 'C'";
    const options = `owner ${name} template template0 encoding '${encoding}' ${locale}`;
    await this.asSuperuser(admin, `create database ${name} ${options}`);
    return this.#url(name, name);
  }

  async asSuperuser<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
    const client = new pg.Client(this.#url('admin', new URL(url).pathname.slice(1)));
    await client.connect();
    try {
      return (await client.query<Row>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    const deadlineMs = performance.now() + startDeadlineMs;
    for (;;) {
      try {
        return await this.start();
      } catch (error) {
        // The processes of the dead one notice its death in their own time, and hold its memory until then.
        if (!/shared memory block/.test(String(error)) || performance.now() > deadlineMs) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGQUIT');
    rmSync(this.#options.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  #url(user: string, database: string): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.#options.port}/${database}`;
  }

  #unprivileged(): string[] {
    const identity = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
    return ['setpriv', ...(this.#options.isRoot ? identity : []), '--pdeathsig', 'KILL', '--'];
  }
}

/** Resolves when the server accepts connections; rejects with what it said when it ends before. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 100_000) said += chunk.toString('utf8');
      if (said.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the PostgreSQL server did not start: ${said}`)));
  });
}

/** Where Debian puts the newest version that is installed. */
function programsDirectory(): string {
  const found = [18, 17, 16, 15].map((major) => `/usr/lib/postgresql/${major}/bin`).find(existsSync);
  if (found !== undefined) return found;
  throw new Error('no PostgreSQL server of version 15 or newer: install it, as scripts/test.sh does');
}

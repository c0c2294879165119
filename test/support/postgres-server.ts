import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import {
  openServerDatabase,
  type ServerDatabase,
  type ServerDatabaseOptions,
} from '../../src/adapters/postgres/server/open.ts';
import { freePorts } from '../../src/adapters/processes/free-ports.ts';
import { initialisePostgres, postgresPlan } from '../../src/adapters/processes/postgres-server.ts';
import { findPrograms } from '../../src/adapters/processes/programs.ts';
import { SupervisedProcess } from '../../src/adapters/processes/supervised-process.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { createRandom } from '../../src/adapters/system/random.ts';
import { FailureError } from '../../src/base/errors.ts';
import type { Log } from '../../src/ports/log.ts';
import { createRecordingLog } from './kit.ts';

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

/**
 * Makes a cluster in a temporary directory and starts it on a free port. Its texts sort by the rules of English, as on
 * many a server, which no query of ours may depend on. It does without fsync, which only a crash
 * of the operating system would miss.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const found = findPrograms();
  if (!found.ok) throw new FailureError(found.error);
  const programs = found.value.postgres;
  const directory = mkdtempSync(join(tmpdir(), 'assay-postgres-'));
  chmodSync(directory, 0o711);
  const files = join(directory, 'postgres');
  const options = ['--no-sync', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
  const made = await initialisePostgres(files, { programs, password, options });
  if (!made.ok) throw new FailureError(made.error);
  const [port = 0] = await freePorts(1);
  const settings = ['fsync=off', 'max_connections=60', 'shared_buffers=32MB', 'deadlock_timeout=100ms'];
  const plan = postgresPlan(
    { zone: 'a', directory: files, logFile: join(directory, 'log'), port, settings },
    programs,
  );
  const kit = { clock: systemClock, random: createRandom(), log: createRecordingLog() };
  const process = new SupervisedProcess(kit, plan, { build: '', onChange: () => {} });
  const server = new Server(process, { directory, port });
  try {
    await server.restart();
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

class Server implements PostgresServer {
  readonly #process: SupervisedProcess;
  readonly #directory: string;
  readonly #port: number;
  #databases = 0;

  constructor(process: SupervisedProcess, options: { readonly directory: string; readonly port: number }) {
    this.#process = process;
    this.#directory = options.directory;
    this.#port = options.port;
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

  kill(): Promise<void> {
    return this.#process.kill();
  }

  async restart(): Promise<void> {
    const started = await this.#process.start();
    if (!started.ok) throw new FailureError(started.error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.close();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }

  #url(user: string, database: string): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.#port}/${database}`;
  }
}

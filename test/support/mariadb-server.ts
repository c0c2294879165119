import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { ChildRun, isRoot, nobody, unprivileged } from '../../src/adapters/processes/child-run.ts';
import { plainEnvironment } from '../../src/adapters/processes/environment.ts';
import { freePorts } from '../../src/adapters/processes/free-ports.ts';
import { LogFile } from '../../src/adapters/processes/log-file.ts';
import { eventually } from './eventually.ts';

/** A MariaDB server of a test's own, which dies with this process however it ends. */
export type MariadbServer = AsyncDisposable & {
  readonly port: number;
  /** A new, empty database and the URL of a user who may read it and nothing else. */
  createDatabase(): Promise<string>;
  /** Runs statements as the administrator in the database of a URL; rows of the last one. */
  asAdmin(url: string, ...statements: readonly string[]): Promise<RowDataPacket[]>;
  /** SIGKILL, as when the machine is lost; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: a server that says nothing, but holds its connections. */
  freeze(): void;
  thaw(): void;
  /** Starts it again after `kill`; resolves when it accepts connections. */
  restart(): Promise<void>;
};

/** The password of each database's user. It must appear in no message and in no log. */
export const readerPassword = 'not-to-be-told';

const adminPassword = 'of-the-administrator';
const startMs = 120_000;

/**
 * Initialises a server in a temporary directory (some 3 s) and starts it on a free port of the loopback address. It does
 * without waiting for the disk, which only a crash of the operating system would miss. `settingsIn` gives more of its
 * command line, such as `--max-connections=5`, and may put files that they name into the server's directory.
 */
export async function startMariadb(
  settingsIn: (directory: string) => Promise<readonly string[]> = async () => [],
): Promise<MariadbServer> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-mariadb-'));
  chmodSync(directory, 0o711);
  const files = join(directory, 'server');
  mkdirSync(files, { mode: 0o700 });
  const server = new Server(directory, await settingsIn(files));
  try {
    writeFileSync(join(files, 'init.sql'), initialStatements);
    if (isRoot()) chownSync(files, nobody, nobody);
    await initialise(files);
    await server.restart();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

const initialStatements = [
  `create user if not exists admin@'%' identified by '${adminPassword}';`,
  "grant all on *.* to admin@'%' with grant option;",
].join('\n');

async function initialise(files: string): Promise<void> {
  const [program = '', ...before] = unprivileged(true);
  const options = [
    '--no-defaults',
    `--datadir=${join(files, 'data')}`,
    '--auth-root-authentication-method=normal',
  ];
  const guard = [...before, '--pdeathsig', 'KILL', '--'];
  const quick = ['--skip-test-db', '--skip-name-resolve', '--innodb-log-file-size=16M'];
  await promisify(execFile)(program, [...guard, 'mariadb-install-db', ...options, ...quick], {
    cwd: files,
    env: { ...plainEnvironment(), TMPDIR: files },
    timeout: startMs,
  });
}

class Server implements MariadbServer {
  readonly #directory: string;
  readonly #settings: readonly string[];
  #run: ChildRun | undefined;
  #databases = 0;
  port = 0;

  constructor(directory: string, settings: readonly string[]) {
    this.#directory = directory;
    this.#settings = settings;
  }

  async createDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `assay_${this.#databases}`;
    await this.asAdmin(
      this.#url('admin', adminPassword, 'mysql'),
      `create database ${name} character set utf8mb4`,
      `create user ${name}@'%' identified by '${readerPassword}'`,
      `grant select, show view on ${name}.* to ${name}@'%'`,
    );
    return this.#url(name, readerPassword, name);
  }

  async asAdmin(url: string, ...statements: readonly string[]): Promise<RowDataPacket[]> {
    await using admin = await this.#connect(new URL(url).pathname.slice(1));
    let rows: RowDataPacket[] = [];
    for (const statement of statements) {
      const [result] = await admin.connection.query<RowDataPacket[]>(statement);
      rows = result;
    }
    return rows;
  }

  async #connect(database: string): Promise<AsyncDisposable & { connection: Connection }> {
    const uri = this.#url('admin', adminPassword, database);
    const connection = await createConnection({ uri, charset: 'utf8mb4' });
    return { connection, [Symbol.asyncDispose]: () => connection.end() };
  }

  async kill(): Promise<void> {
    this.#run?.signal('SIGKILL');
    await this.#run?.ended;
  }

  freeze(): void {
    this.#run?.signal('SIGSTOP');
  }

  thaw(): void {
    this.#run?.signal('SIGCONT');
  }

  async restart(): Promise<void> {
    if (this.port === 0) this.port = (await freePorts(1))[0] ?? 0;
    const files = join(this.#directory, 'server');
    const run = new ChildRun(
      {
        program: 'mariadbd',
        args: [
          '--no-defaults',
          `--datadir=${join(files, 'data')}`,
          `--socket=${join(files, 'socket')}`,
          `--pid-file=${join(files, 'pid')}`,
          `--tmpdir=${files}`,
          `--port=${this.port}`,
          '--bind-address=127.0.0.1',
          `--init-file=${join(files, 'init.sql')}`,
          '--skip-name-resolve',
          '--innodb-flush-log-at-trx-commit=0',
          '--innodb-buffer-pool-size=64M',
          '--max-allowed-packet=64M',
          ...this.#settings,
        ],
        directory: files,
        environment: plainEnvironment(),
        isUnprivileged: true,
      },
      new LogFile(join(this.#directory, 'log')),
    );
    this.#run = run;
    const isUp = (): boolean => run.said().includes('ready for connections');
    await eventually('MariaDB is up, or has given up', () => isUp() || !run.isAlive, startMs, 20);
    if (!run.isAlive) throw new Error(`MariaDB did not come up:\n${run.lastLines()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }

  #url(user: string, password: string, database: string): string {
    return `mysql://${user}:${password}@127.0.0.1:${this.port}/${database}`;
  }
}

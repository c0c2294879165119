import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError, failure } from '../../../base/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { SessionSource } from './dialect.ts';
import type { DirectoryLock } from './directory-lock.ts';
import { syncPath, syncTree } from './durable-files.ts';
import { WorkerSession } from './worker-session.ts';

/** The database below a locked data directory: makes it on the first start, and starts its thread again when it died. */
export class EmbeddedServer implements SessionSource {
  readonly #directory: string;
  readonly #lock: DirectoryLock;
  readonly #clock: Clock;
  readonly #log: Log;
  #starting: Promise<WorkerSession> | undefined;
  #session: WorkerSession | undefined;
  #isClosed = false;

  constructor(options: {
    readonly directory: string;
    readonly lock: DirectoryLock;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#directory = options.directory;
    this.#lock = options.lock;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** The living session. Throws a `FailureError`: `DATABASE_UNREADABLE`, `DATABASE_UNAVAILABLE`. */
  async session(): Promise<WorkerSession> {
    if (this.#isClosed) throw new FailureError(failure('DATABASE_UNAVAILABLE', 'the database was closed'));
    if (this.#session !== undefined && this.#session.end === undefined) return this.#session;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#starting?.catch(() => undefined);
    await this.#session?.close();
    this.#lock.release();
  }

  async #start(): Promise<WorkerSession> {
    const before = this.#session;
    if (before !== undefined) {
      await before.exited();
      this.#log.error('the database thread died and is started again', { error: before.end });
    }
    const directory = join(this.#directory, 'postgres');
    if (!existsSync(directory)) await this.#initialise(directory);
    removeStalePid(directory);
    this.#session = await WorkerSession.start({ directory, task: 'serve' }, this.#clock);
    return this.#session;
  }

  /** Makes a new database aside and puts it in place whole and durable, so that dying here leaves no half of one. */
  async #initialise(directory: string): Promise<void> {
    const draft = `${directory}.new`;
    rmSync(draft, { recursive: true, force: true });
    const session = await WorkerSession.start({ directory: draft, task: 'initialise' }, this.#clock);
    // Its thread has taken about 600 MB for this, and gives it back by ending.
    await session.close();
    syncTree(draft);
    renameSync(draft, directory);
    syncPath(this.#directory);
    this.#log.info('made a new database', { directory });
  }
}

/**
 * Removes PostgreSQL's own lock file. Whoever holds the directory's lock knows that no server runs there; PostgreSQL does
 * not, and refuses to start on a file that a process left empty when it was killed between making and filling it.
 */
function removeStalePid(directory: string): void {
  rmSync(join(directory, 'postmaster.pid'), { force: true });
}

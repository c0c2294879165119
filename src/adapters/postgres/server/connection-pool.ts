import { AsyncResource } from 'node:async_hooks';
import pg from 'pg';
import type { Failure } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { Random } from '../../../ports/random.ts';
import { clientConfig } from './client-config.ts';
import { ServerConnection } from './connection.ts';
import { refusalOf } from './faults.ts';

/**
 * A few connections for all. Who asks while the server is away (a restart, a fail-over to its standby) waits for a while
 * instead of failing, so that short absences cost time and no attempts.
 */
export class ConnectionPool {
  readonly #pool: pg.Pool;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #closing = new AbortController();

  constructor(url: string, { clock, random, log, connectionsMax }: PoolKit) {
    this.#clock = clock;
    this.#random = random;
    // The pool's own time-out would count the wait for a free connection too, which is no sign of a lost server.
    const { connectionTimeoutMillis, ...config } = clientConfig(url);
    this.#pool = new pg.Pool({
      ...config,
      Client: class extends pg.Client {
        constructor(own?: pg.ClientConfig) {
          super({ ...own, connectionTimeoutMillis });
          // While it is in use its queries fail and tell; an event that nobody hears would end the process.
          this.on('error', () => undefined);
        }
      },
      max: connectionsMax ?? limits.databaseConnectionsMax,
      idleTimeoutMillis: limits.databaseIdleMs,
    });
    const onLost = (error: Error) => log.warn('an idle connection to the database was lost', { error });
    // Bound to here: a connection that some task opened is lost as nobody's work.
    this.#pool.on('error', AsyncResource.bind(onLost));
  }

  /** Throws a `FailureError`: `DATABASE_UNAVAILABLE` when no server came in time, `DATABASE_UNREADABLE`. */
  async acquire(): Promise<ServerConnection> {
    const deadlineMs = this.#clock.monotonicMs() + limits.databaseAbsenceMs;
    for (;;) {
      try {
        return new ServerConnection(await this.#pool.connect());
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const refusal = refusalOf(error);
        if (!this.#mayWait(refusal.failure, deadlineMs)) throw refusal;
        await this.pause(limits.databaseRetryMs);
      }
    }
  }

  /** Sleeps between half and all of `durationMs`, so that those who wait for the same do not come back together. */
  async pause(durationMs: number): Promise<void> {
    await this.#clock.sleep((durationMs * (1 + this.#random.next())) / 2, this.#closing.signal);
  }

  /** From now on nobody waits for a server that is away. */
  closing(): void {
    this.#closing.abort();
  }

  async close(): Promise<void> {
    this.closing();
    await this.#pool.end();
  }

  #mayWait(why: Failure, deadlineMs: number): boolean {
    if (why.code !== 'DATABASE_UNAVAILABLE' || this.#closing.signal.aborted) return false;
    return this.#clock.monotonicMs() < deadlineMs;
  }
}

export type PoolKit = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly connectionsMax?: number | undefined;
};

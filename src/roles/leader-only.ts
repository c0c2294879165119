import { failureOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { LeaderLock } from '../ports/leader-lock.ts';
import type { Kit } from '../services/kit.ts';
import type { Service } from '../services/lifecycle.ts';
import { ServiceGroup } from './service-group.ts';

/**
 * Runs services while this process holds a lock, and stands by otherwise. For a moment two processes may both do so, when
 * one has not yet noticed that it lost the lock: what runs here must bear that.
 */
export class LeaderOnly implements Service {
  readonly name = 'leader';
  /** Resolves once it is known whether this process leads. */
  readonly standing: Promise<void>;
  readonly #kit: Kit;
  readonly #lock: LeaderLock;
  readonly #build: () => readonly Service[];
  readonly #stopping = new AbortController();
  readonly #onStanding: () => void;
  #led: ServiceGroup | undefined;
  #running: Promise<void> | undefined;

  /** `build` makes the services of one term: a service that was stopped does not start again. */
  constructor(kit: Kit, lock: LeaderLock, build: () => readonly Service[]) {
    this.#kit = kit;
    this.#lock = lock;
    this.#build = build;
    const standing = Promise.withResolvers<void>();
    this.standing = standing.promise;
    this.#onStanding = standing.resolve;
  }

  async start(): Promise<void> {
    this.#running = this.#run();
  }

  /** Stops what runs, then gives the lock back, so that the next one finds nothing half done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#follow();
    await this.#lock.release();
  }

  leads(): boolean {
    return this.#led !== undefined;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const holds = await this.#hold();
      if (holds) await this.#lead();
      else await this.#follow();
      await this.#kit.clock.sleep(limits.leaderLockMs, signal);
    }
  }

  async #hold(): Promise<boolean> {
    try {
      const holds = await this.#lock.hold();
      this.#onStanding();
      return holds;
    } catch (thrown) {
      this.#kit.log.warn('can not tell whether this process leads', { failure: failureOf(thrown) });
      return false;
    }
  }

  async #lead(): Promise<void> {
    if (this.#led !== undefined) return;
    this.#kit.log.info('this process leads from now on');
    this.#led = new ServiceGroup(this.#kit, this.name, this.#build());
    await this.#led.start();
  }

  async #follow(): Promise<void> {
    const led = this.#led;
    if (led === undefined) return;
    this.#kit.log.info('this process leads no more');
    this.#led = undefined;
    await led.stop();
  }
}

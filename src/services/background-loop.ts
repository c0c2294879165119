import type { Kit } from './kit.ts';
import type { Service } from './lifecycle.ts';
import { Outage } from './outage.ts';

export type BackgroundWork = {
  readonly name: string;
  /** Between two rounds that found nothing more to do. */
  readonly pauseMs: number;
  /** One round; true when there may be more to do at once. A rejection is logged, and the next round tries again. */
  readonly round: (signal: AbortSignal) => Promise<boolean>;
};

/** Does a piece of work again and again until it is stopped; never ends by itself, whatever the work throws. */
export class BackgroundLoop implements Service {
  readonly name: string;
  readonly #kit: Kit;
  readonly #work: BackgroundWork;
  readonly #stop = new AbortController();
  readonly #outage: Outage;
  #loop: Promise<void> | undefined;

  constructor(kit: Kit, work: BackgroundWork) {
    this.name = work.name;
    this.#kit = kit;
    this.#work = work;
    this.#outage = new Outage(kit, work.name);
  }

  async start(): Promise<void> {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      if (await this.#round(signal)) continue;
      await this.#kit.clock.sleep(this.#work.pauseMs, signal);
    }
  }

  async #round(signal: AbortSignal): Promise<boolean> {
    try {
      const hasMore = await this.#work.round(signal);
      this.#outage.over();
      return hasMore;
    } catch (error) {
      // Mostly the database is away. What there is to do is still there when it comes back.
      if (signal.aborted) return false;
      this.#kit.log.warn('a round of background work failed', { work: this.name, error });
      this.#outage.failed(error);
      return false;
    }
  }
}

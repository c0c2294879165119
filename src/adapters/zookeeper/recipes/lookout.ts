import type { Clock } from '../../../ports/clock.ts';
import type { Random } from '../../../ports/random.ts';
import type { ZooKeeperClient } from '../client/client.ts';
import { isFinal, isLive } from '../client/session-state.ts';

/** What recipes need of the world beside the client. */
export type RecipeKit = { readonly clock: Clock; readonly random: Random };

/** `settled`: until something happens · `again`: look at once · `failed`: look again after a pause · `over`: no more. */
export type Sight = 'settled' | 'again' | 'failed' | 'over';

const pauseMsMax = 200;

/**
 * Looks at what stands in ZooKeeper whenever something may have changed: a watch fired, the connection came back, the
 * last look failed. Each look begins from what it finds and not from what was done before, so that it does not matter
 * whether an operation that had no answer was applied. Ends with the session, or when asked to.
 */
export class Lookout {
  readonly #client: ZooKeeperClient;
  readonly #kit: RecipeKit;
  readonly #look: () => Promise<Sight>;
  /** Resolves after the last look. */
  readonly over: Promise<void>;
  #wake: AbortController = new AbortController();
  #ending = false;

  constructor(client: ZooKeeperClient, kit: RecipeKit, look: () => Promise<Sight>) {
    this.#client = client;
    this.#kit = kit;
    this.#look = look;
    const forget = client.onState(() => this.ring());
    this.over = this.#run().finally(forget);
  }

  /** Something may have changed. Rings during a look lead to another one. */
  ring(): void {
    this.#wake.abort();
  }

  /** Looks no more; resolves when the last look is over. */
  async end(): Promise<void> {
    this.#ending = true;
    this.ring();
    await this.over;
  }

  async #run(): Promise<void> {
    while (!this.#isOver()) {
      this.#wake = new AbortController();
      const sight = isLive(this.#client.state) ? await this.#look() : 'settled';
      if (sight === 'over') return;
      if (sight === 'again' || this.#isOver()) continue;
      await this.#wait(sight);
    }
  }

  async #wait(sight: Sight): Promise<void> {
    const { signal } = this.#wake;
    // Full jitter, so that many processes that lost the same server do not look in step.
    const pauseMs = sight === 'failed' ? this.#kit.random.next() * pauseMsMax : Number.POSITIVE_INFINITY;
    if (Number.isFinite(pauseMs)) await this.#kit.clock.sleep(pauseMs, signal);
    else if (!signal.aborted) await aborted(signal);
  }

  #isOver(): boolean {
    return this.#ending || isFinal(this.#client.state);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

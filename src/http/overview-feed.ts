import { parseDatasetName } from '../base/ids.ts';
import { limits } from '../base/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Unsubscribe } from '../ports/coordination.ts';
import type { DatasetLine } from '../ports/dataset-store.ts';
import type { OverviewBook } from '../services/registry/overview.ts';
import type { ChangeFeed, Listener } from './live/change-feed.ts';
import { type LiveEvent, readyEvent, resetEvent } from './live/live-events.ts';

/**
 * The lines of all datasets, kept in memory and up to date by the changes of whichever process for as long as somebody
 * asks for them now and then. As with `AnswerCache`, a change is known before listeners of this process are told of it.
 */
export class OverviewFeed {
  readonly #clock: Clock;
  readonly #feed: Pick<ChangeFeed, 'subscribe'>;
  readonly #book: OverviewBook;
  #subscription: Unsubscribe | undefined;
  #askedAtMs = 0;
  #wholeAtMs = 0;

  constructor(clock: Clock, feed: Pick<ChangeFeed, 'subscribe'>, book: OverviewBook) {
    this.#clock = clock;
    this.#feed = feed;
    this.#book = book;
  }

  lines(): Promise<readonly DatasetLine[]> {
    const nowMs = this.#clock.monotonicMs();
    this.#askedAtMs = nowMs;
    // Nobody's word is taken for ever.
    if (nowMs - this.#wholeAtMs > limits.overviewWholeMs) this.#forget();
    this.#subscription ??= this.#feed.subscribe(this.#listener, undefined);
    return this.#book.lines();
  }

  readonly #listener: Listener = {
    isFirst: true,
    tell: (events) => this.#note(events),
    end: () => this.#forget(),
  };

  #note(events: readonly LiveEvent[]): void {
    if (events.includes(readyEvent) || events.includes(resetEvent)) this.#forget();
    else this.#book.changed(events.flatMap(({ dataset }) => parseDatasetName(dataset ?? '') ?? []));
    if (this.#clock.monotonicMs() - this.#askedAtMs < limits.overviewIdleMs) return;
    this.#subscription?.();
    this.#subscription = undefined;
    this.#forget();
  }

  #forget(): void {
    this.#wholeAtMs = this.#clock.monotonicMs();
    this.#book.changed('all');
  }
}

import { limits } from '../base/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Unsubscribe } from '../ports/coordination.ts';
import type { ChangeFeed, Listener } from './live/change-feed.ts';
import { type LiveEvent, readyEvent, resetEvent } from './live/live-events.ts';

type Entry = { readonly dataset: string; readonly answer: Promise<string>; readonly atMs: number };

/**
 * Answers that many ask for again and again, such as the series of a chart. Those who ask at once wait for one reading.
 * What changes of a dataset, in whichever process, drops its answers within a look at the changes (`eventLookMs`), before
 * listeners of this process are told of it; and none is given for longer than `cachedAnswerMs`.
 */
export class AnswerCache {
  readonly #clock: Clock;
  readonly #feed: Pick<ChangeFeed, 'subscribe'>;
  readonly #entries = new Map<string, Entry>();
  #subscription: Unsubscribe | undefined;

  constructor(clock: Clock, feed: Pick<ChangeFeed, 'subscribe'>) {
    this.#clock = clock;
    this.#feed = feed;
  }

  /** The answer under a key, read anew when it is not known. A failure is not kept. */
  answer(asked: {
    readonly key: string;
    readonly dataset: string;
    readonly read: () => Promise<string>;
  }): Promise<string> {
    const { key, dataset, read } = asked;
    const known = this.#entries.get(key);
    if (known !== undefined && this.#isFresh(known)) return known.answer;
    this.#entries.delete(key);
    const entry: Entry = { dataset, answer: read(), atMs: this.#clock.monotonicMs() };
    this.#entries.set(key, entry);
    entry.answer.catch(() => this.#remove(key, entry));
    this.#makeRoom();
    this.#subscription ??= this.#feed.subscribe(this.#listener, undefined);
    return entry.answer;
  }

  readonly #listener: Listener = {
    isFirst: true,
    tell: (events) => this.#drop(events),
    end: () => this.#entries.clear(),
  };

  #drop(events: readonly LiveEvent[]): void {
    // Nothing is known of what happened before.
    const isBlind = events.includes(readyEvent) || events.includes(resetEvent);
    const changed = new Set(events.map(({ dataset }) => dataset));
    for (const [key, entry] of this.#entries) {
      if (isBlind || changed.has(entry.dataset) || !this.#isFresh(entry)) this.#entries.delete(key);
    }
    // At a sign of life, so that the look goes on as long as anybody asks now and then.
    if (this.#entries.size > 0 || events.length > 0) return;
    this.#subscription?.();
    this.#subscription = undefined;
  }

  #makeRoom(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= limits.cachedAnswersMax) return;
      this.#entries.delete(key);
    }
  }

  #remove(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  #isFresh({ atMs }: Entry): boolean {
    return this.#clock.monotonicMs() - atMs < limits.cachedAnswerMs;
  }
}

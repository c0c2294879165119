import type { JobId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { second } from '../../base/units.ts';
import type { Unsubscribe } from '../../ports/coordination.ts';
import type { BackfillProgress } from '../../ports/job-store.ts';
import { type RateReading, rateReading, slideReadings } from '../../services/ingestion/backfill-rate.ts';
import {
  type Backfills,
  type BackfillView,
  backfillView,
  hasBackfillEnded,
} from '../../services/ingestion/backfills.ts';
import type { Kit } from '../../services/kit.ts';

/** `end`: nothing follows. Without a view, the backfill is gone or the service stops. */
export type FeedEvent =
  | { readonly kind: 'progress'; readonly view: BackfillView }
  | { readonly kind: 'end'; readonly view?: BackfillView };

type Listener = (event: FeedEvent) => void;

type Watch = { readonly listeners: Set<Listener>; latest?: BackfillView; readonly stop: AbortController };

/**
 * Follows backfills for all who look at them: each backfill is read by one loop, however many watch it, at most every
 * 200 ms, and not at all when nobody does.
 */
export class BackfillFeed {
  readonly #kit: Kit;
  readonly #backfills: Backfills;
  readonly #watches = new Map<JobId, Watch>();
  #listeners = 0;
  #stopped = false;

  constructor(kit: Kit, backfills: Backfills) {
    this.#kit = kit;
    this.#backfills = backfills;
  }

  /** Whether one more may watch. */
  hasRoom(): boolean {
    return !this.#stopped && this.#listeners < limits.liveStreamsMax;
  }

  /** Calls `listener` with how far the backfill is, at once where that is known, then at each change, until its end. */
  subscribe(id: JobId, listener: Listener): Unsubscribe {
    const watch = this.#watches.get(id) ?? this.#begin(id);
    watch.listeners.add(listener);
    this.#listeners += 1;
    if (watch.latest !== undefined) listener({ kind: 'progress', view: watch.latest });
    return () => {
      if (!watch.listeners.delete(listener)) return;
      this.#listeners -= 1;
      if (watch.listeners.size === 0) this.#close(id, watch);
    };
  }

  /** Ends all streams. */
  stop(): void {
    this.#stopped = true;
    for (const [id, watch] of this.#watches) this.#end(id, { watch });
  }

  #begin(id: JobId): Watch {
    const watch: Watch = { listeners: new Set(), stop: new AbortController() };
    this.#watches.set(id, watch);
    void this.#follow(id, watch);
    return watch;
  }

  async #follow(id: JobId, watch: Watch): Promise<void> {
    let readings: readonly RateReading[] = [];
    let sent: { text: string; progress: string; atMs: number } | undefined;
    while (!watch.stop.signal.aborted) {
      const progress = await this.#read(id);
      if (progress === 'gone') return this.#end(id, { watch });
      if (progress !== 'unknown') {
        readings = slideReadings(readings, rateReading(progress, this.#kit.clock.now()), limits.rateWindowMs);
        const view = backfillView(progress, readings);
        watch.latest = view;
        if (hasBackfillEnded(view.state)) return this.#end(id, { watch, view });
        const now = {
          text: JSON.stringify(view),
          progress: JSON.stringify(progress),
          atMs: this.#kit.clock.monotonicMs(),
        };
        // The rate changes with every reading: on its own it is worth a message once a second.
        const isDue = sent === undefined || now.progress !== sent.progress || now.atMs - sent.atMs >= second;
        if (isDue && now.text !== sent?.text) {
          for (const listener of watch.listeners) listener({ kind: 'progress', view });
          sent = now;
        }
      }
      await this.#kit.clock.sleep(limits.liveSnapshotMs, watch.stop.signal);
    }
  }

  /** A database that does not answer for a while is no reason to send people away: `unknown` until it does. */
  async #read(id: JobId): Promise<BackfillProgress | 'gone' | 'unknown'> {
    try {
      const progress = await this.#backfills.progress(id);
      return progress.ok ? progress.value : 'gone';
    } catch (error) {
      this.#kit.log.warn('could not read the progress of a backfill', { job: id, error });
      await this.#kit.clock.sleep(second);
      return 'unknown';
    }
  }

  #end(id: JobId, what: { watch: Watch; view?: BackfillView }): void {
    const { watch, view } = what;
    const listeners = [...watch.listeners];
    watch.listeners.clear();
    this.#listeners -= listeners.length;
    this.#close(id, watch);
    for (const listener of listeners) listener(view === undefined ? { kind: 'end' } : { kind: 'end', view });
  }

  #close(id: JobId, watch: Watch): void {
    watch.stop.abort();
    if (this.#watches.get(id) === watch) this.#watches.delete(id);
  }
}

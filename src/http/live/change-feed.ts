import { limits } from '../../base/limits.ts';
import type { ChangeLog, ChangePosition } from '../../ports/change-log.ts';
import type { Unsubscribe } from '../../ports/coordination.ts';
import type { Kit } from '../../services/kit.ts';
import { changeEvents, type LiveEvent, positionText, readyEvent, resetEvent } from './live-events.ts';
import type { SideEvents } from './side-events.ts';

/** Who is told. It must not throw, nor wait. */
export type Listener = {
  /** Told before the others, and not one of those who are counted. */
  readonly isFirst?: true;
  /** Events, and then the position that they lead to; without events it is a sign of life. */
  tell(events: readonly LiveEvent[], position: string): void;
  /** Nothing follows: the service stops. */
  end(): void;
};

/** Called with what is about to be told. */
type Prepare = (events: readonly LiveEvent[]) => Promise<void>;

/**
 * Tells all listeners of this process what changes anywhere: one loop reads the log of changes for all of them, four times
 * a second, and not at all when nobody listens. Whoever comes back with a position is told what happened since, wherever it
 * was before. Something may be told twice, never not at all.
 */
export class ChangeFeed {
  readonly #kit: Kit;
  readonly #log: ChangeLog;
  readonly #side: SideEvents;
  readonly #first = new Set<Listener>();
  readonly #listeners = new Set<Listener>();
  /** Those who wait for the next look, with where they were. */
  readonly #joining = new Map<Listener, ChangePosition | undefined>();
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;
  /** Learns of each dataset that something is told about, before it is. */
  readonly #prepare: Prepare;
  /** What was told already, though it will be read again. */
  #told = new Set<number>();
  #beatMs = 0;

  constructor(
    kit: Kit,
    parts: { readonly log: ChangeLog; readonly side: SideEvents; readonly prepare?: Prepare },
  ) {
    this.#kit = kit;
    this.#log = parts.log;
    this.#side = parts.side;
    this.#prepare = parts.prepare ?? (async () => undefined);
  }

  /** Whether one more may listen. */
  hasRoom(): boolean {
    return !this.#stop.signal.aborted && this.#count() < limits.eventListenersMax;
  }

  /** Tells the listener everything from `from` on, or from now on, until it is unsubscribed or told the end. */
  subscribe(listener: Listener, from?: ChangePosition): Unsubscribe {
    this.#joining.set(listener, from);
    this.#show();
    this.#loop ??= this.#run();
    return () => {
      this.#joining.delete(listener);
      this.#first.delete(listener);
      this.#listeners.delete(listener);
      this.#show();
    };
  }

  /** Ends all streams. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const listener of [...this.#first, ...this.#listeners, ...this.#joining.keys()]) listener.end();
    await this.#loop;
  }

  #count(): number {
    return this.#listeners.size + this.#joining.size;
  }

  #show(): void {
    this.#kit.telemetry.gauge('assay_event_listeners', this.#count());
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#kit;
    const { signal } = this.#stop;
    let position: ChangePosition | undefined;
    let isTold = false;
    while (!signal.aborted && this.#count() + this.#first.size > 0) {
      try {
        position = await this.#look(position ?? (await this.#log.position()));
        isTold = false;
      } catch (error) {
        // A database that is away for a while is no reason to send people away; they are told when it is back.
        if (!isTold) log.warn('changes could not be read for live events', { error });
        isTold = true;
      }
      await clock.sleep(limits.eventLookMs, signal);
    }
    this.#side.rest();
    this.#told.clear();
    this.#loop = undefined;
  }

  /** Tells everybody what is new since `from`, then lets in who came since; returns where to go on. */
  async #look(from: ChangePosition): Promise<ChangePosition> {
    const { events, position } = await this.#read(from);
    const all = [...events, ...this.#side.take()];
    if (all.length > 0) await this.#prepare(all);
    const nowMs = this.#kit.clock.monotonicMs();
    const isDue = nowMs - this.#beatMs >= limits.liveHeartbeatMs;
    if (isDue) this.#beatMs = nowMs;
    const mark = positionText(position);
    for (const listener of [...this.#first, ...this.#listeners]) {
      if (all.length > 0) listener.tell(all, mark);
      if (isDue) listener.tell([], mark);
    }
    await this.#letIn(position);
    this.#show();
    return position;
  }

  async #read(from: ChangePosition): Promise<{ events: readonly LiveEvent[]; position: ChangePosition }> {
    const reading = await this.#log.since(from, limits.eventsPerLookMax);
    const { position } = reading;
    if (reading.kind === 'lost') {
      this.#told.clear();
      return { events: [resetEvent], position };
    }
    const fresh = reading.changes.filter(({ sequence }) => !this.#told.has(sequence));
    const unsettled = reading.changes.filter(({ settled }) => !settled);
    this.#told = new Set(unsettled.map(({ sequence }) => sequence));
    await this.#side.follow(fresh);
    return { events: changeEvents(fresh), position };
  }

  /** Those who come back are read what they missed, once for all who were at the same place. */
  async #letIn(position: ChangePosition): Promise<void> {
    const missed = new Map<ChangePosition | undefined, readonly LiveEvent[]>([[undefined, []]]);
    for (const [listener, from] of this.#joining) {
      const events = missed.get(from) ?? (await this.#missed(from ?? position));
      missed.set(from, events);
      const present = this.#side.present();
      await this.#prepare([...events, ...present]);
      // Gone while the log was read.
      if (!this.#joining.delete(listener)) continue;
      (listener.isFirst === true ? this.#first : this.#listeners).add(listener);
      listener.tell([...events, ...present, readyEvent], positionText(position));
    }
  }

  async #missed(from: ChangePosition): Promise<readonly LiveEvent[]> {
    const reading = await this.#log.since(from, limits.eventsPerLookMax);
    return reading.kind === 'lost' ? [resetEvent] : changeEvents(reading.changes);
  }
}

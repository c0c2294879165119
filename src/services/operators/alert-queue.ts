import { isRetryable } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import {
  type OperatorError,
  type OperatorMessage,
  type Origin,
  operatorMessage,
} from '../../core/notifications/operator-message.ts';
import { backoffMs } from '../../core/resilience/backoff.ts';
import type { OperatorChannel } from '../../ports/operator-channel.ts';
import { WakeUp } from '../cluster/wake-up.ts';
import type { Kit } from '../kit.ts';

/** A message on its way: tries of it are the same message, whatever happens meanwhile. */
type Underway = { readonly id: string; readonly message: OperatorMessage; readonly begunMs: number };

/** Errors of one kind: of one code at one place. */
type Group = {
  latest: OperatorError;
  /** Since the last message. */
  count: number;
  since: Instant;
  /** On the monotonic clock. */
  dueMs: number;
  underway?: Underway;
};

/**
 * Tells one address of operators. The first error of a kind at once, further ones once an hour with their number, however
 * many there are; a bounded number of kinds, and the rest as one. Lives in memory alone: it has to work when nothing else
 * does, and what is untold when the process ends stands in its log.
 */
export class AlertQueue {
  readonly #kit: Kit;
  readonly #channel: OperatorChannel;
  readonly #origin: Origin;
  readonly #groups = new Map<string, Group>();
  readonly #wake: WakeUp;
  readonly #stop = new AbortController();
  #running = false;
  #failures = 0;
  /** Until then the receiver is left alone. */
  #pausedUntilMs = 0;
  #settled: (() => void)[] = [];

  constructor(kit: Kit, channel: OperatorChannel, origin: Origin) {
    this.#kit = kit;
    this.#channel = channel;
    this.#origin = origin;
    this.#wake = new WakeUp(kit.clock);
  }

  /** Takes an error, at no more than the price of counting it. */
  note(error: OperatorError): void {
    if (this.#stop.signal.aborted) return;
    const group = this.#groupOf(error);
    group.latest = error;
    if (group.count === 0) group.since = this.#kit.clock.now();
    group.count += 1;
    if (this.#running) {
      if (group.count === 1) this.#wake.ring();
      return;
    }
    this.#running = true;
    // Whatever breaks here must not end the process as a rejection that nobody waits for.
    void this.#run().catch(() => undefined);
  }

  /** Resolves when all that is due now was told, or has to wait. */
  settled(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** Gives up what is untold. */
  stop(): void {
    this.#stop.abort();
    this.#wake.ring();
  }

  #groupOf(error: OperatorError): Group {
    const key = `${error.code} ${error.place}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    if (this.#groups.size >= limits.operatorGroupsMax) this.#forget();
    const isFull = this.#groups.size >= limits.operatorGroupsMax;
    const kept = isFull ? 'others' : key;
    const group = this.#groups.get(kept) ?? {
      latest: error,
      count: 0,
      since: this.#kit.clock.now(),
      dueMs: 0,
    };
    this.#groups.set(kept, group);
    return group;
  }

  /** What was told so long ago that it would be told at once again needs no place. */
  #forget(): void {
    const nowMs = this.#kit.clock.monotonicMs();
    for (const [key, { count, underway, dueMs }] of this.#groups) {
      if (count === 0 && underway === undefined && dueMs <= nowMs) this.#groups.delete(key);
    }
  }

  /** Until nothing waits to be told; from the last look on, an error begins it anew. */
  async #run(): Promise<void> {
    try {
      // The logger goes on first, whatever a channel does.
      await Promise.resolve();
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        const waitMs = Math.max(next.dueMs, this.#pausedUntilMs) - this.#kit.clock.monotonicMs();
        if (waitMs <= 0) await this.#tell(next);
        else {
          this.#settle();
          await this.#wake.wait(waitMs);
        }
      }
    } finally {
      this.#running = false;
      this.#settle();
    }
  }

  #next(): Group | undefined {
    if (this.#stop.signal.aborted) return undefined;
    let first: Group | undefined;
    for (const group of this.#groups.values()) {
      if (group.underway !== undefined) return group;
      if (group.count > 0 && (first === undefined || group.dueMs < first.dueMs)) first = group;
    }
    return first;
  }

  async #tell(group: Group): Promise<void> {
    const { clock, log } = this.#kit;
    const underway = group.underway ?? this.#begin(group);
    group.underway = underway;
    const failed = await this.#try(underway);
    const nowMs = clock.monotonicMs();
    if (failed === undefined) {
      this.#failures = 0;
      this.#end(group, nowMs);
      return;
    }
    this.#failures += 1;
    const rule = { baseMs: limits.retryBaseMs, capMs: limits.retryCapMs };
    const backMs = backoffMs(rule, this.#failures, this.#kit.random.next());
    this.#pausedUntilMs =
      nowMs + Math.max(backMs, Math.min(failed.retryAfterMs ?? 0, limits.operatorTriesMs));
    const isOver = !failed.mayPass || nowMs - underway.begunMs >= limits.operatorTriesMs;
    // A warning: an error would be for operators again.
    log.warn('operators could not be told', {
      channel: this.#channel.name,
      failure: failed.failure,
      again: !isOver,
    });
    if (!isOver) return;
    // Not told, so still to be counted when it is.
    group.count += underway.message.count;
    group.since = underway.message.since;
    this.#end(group, nowMs);
  }

  #begin(group: Group): Underway {
    const { clock, random } = this.#kit;
    const { latest, count, since } = group;
    const message = operatorMessage(latest, { count, since, at: clock.now(), origin: this.#origin });
    group.count = 0;
    return { id: `operators/${random.id()}`, message, begunMs: clock.monotonicMs() };
  }

  #end(group: Group, nowMs: number): void {
    delete group.underway;
    group.dueMs = nowMs + limits.operatorRepeatMs;
  }

  /** Why it was not told; undefined when it was. */
  async #try({ id, message }: Underway) {
    const wait = { signal: this.#stop.signal, timeoutMs: limits.deliveryTimeoutMs };
    try {
      const outcome = await this.#channel.deliver(id, message, wait);
      if (outcome.ok) return undefined;
      const { error } = outcome;
      return { failure: error, retryAfterMs: error.retryAfterMs, mayPass: isRetryable(error) };
    } catch (thrown) {
      return { failure: thrown, retryAfterMs: undefined, mayPass: true };
    }
  }

  #settle(): void {
    const settled = this.#settled;
    this.#settled = [];
    for (const resolve of settled) resolve();
  }
}

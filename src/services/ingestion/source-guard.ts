import { type Failure, failure } from '../../base/errors.ts';
import type { SourceName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { day, formatBytes, formatDuration, type Instant, instant, minute } from '../../base/units.ts';
import type { DatasetDefinition, DatasetLimits } from '../../core/datasets/definition.ts';
import { sourceNameOf } from '../../core/datasets/source-name.ts';
import type { SourceReport } from '../../core/membership/node.ts';
import { breakerState } from '../../core/resilience/circuit-breaker.ts';
import {
  type CallEnd,
  callsAllowed,
  enter,
  freshGate,
  leave,
  type SourceGate,
} from '../../core/resilience/source-gate.ts';
import type { SourceUse, SourceUseStore } from '../../ports/source-use.ts';
import type { Kit } from '../kit.ts';

/** What a call of a source took, told when it has ended. */
export type EndedCall = { readonly end: CallEnd; readonly bytes: number };

type GuardedDefinition = Pick<DatasetDefinition, 'provider' | 'limits'>;

/** A call that may begin. Whoever got it says how it ended, once; returned is what to say instead of a failure, if anything. */
export type AdmittedCall = { ended(call: EndedCall): Failure | undefined };

/**
 * What this process knows of the sources that it asks, and whether it may ask them now: how many calls at once, by how long
 * they take; none while a source fails; none beyond the day's budget of the dataset that asks. What lies on the machine
 * itself is not guarded.
 */
export class SourceGuard {
  readonly #kit: Kit;
  readonly #uses: SourceUseStore;
  readonly #gates = new Map<SourceName, SourceGate>();
  /** The wall clock at the beginning: from then on only the monotonic clock counts, which never jumps. */
  readonly #begunAt: { readonly wall: Instant; readonly monotonicMs: number };
  #used: { readonly day: string; readonly atMs: number; readonly by: Map<SourceName, SourceUse> } | undefined;

  constructor(kit: Kit, uses: SourceUseStore) {
    this.#kit = kit;
    this.#uses = uses;
    this.#begunAt = { wall: kit.clock.now(), monotonicMs: kit.clock.monotonicMs() };
  }

  /**
   * Asks for one call: `SOURCE_HELD`, with the time after which it is of use again, when there must be none now. `isPart`: it
   * is part of something that has its place already, so that only a source that fails, or a spent budget, holds it back.
   */
  async enter(definition: GuardedDefinition, isPart = false): Promise<Outcome<AdmittedCall>> {
    const name = sourceNameOf(definition.provider);
    if (name === undefined) return succeed({ ended: () => undefined });
    const spent = await this.#spent(name, definition.limits);
    if (spent !== undefined) return this.#held(definition, spent, 'budget');
    const now = this.#now();
    const entry = enter(this.#gateOf(name, definition.limits), { now, isPart }, limits);
    if (entry.kind === 'outage') {
      return this.#held(definition, away(name, entry.since, this.#gates.get(name)?.lastFailure), 'outage');
    }
    if (entry.kind === 'open') {
      return this.#held(
        definition,
        leftAlone(name, entry.retryInMs, this.#gates.get(name)?.lastFailure),
        'open',
      );
    }
    if (entry.kind === 'full') return this.#held(definition, busy(name, entry.calls), 'full');
    this.#gates.set(name, entry.gate);
    const beganMs = this.#kit.clock.monotonicMs();
    let isOver = false;
    return succeed({
      ended: (call) => {
        if (isOver) return undefined;
        isOver = true;
        this.#leave(definition, name, { ...call, tookMs: this.#kit.clock.monotonicMs() - beganMs });
        if (!entry.isProbe || call.end.kind !== 'failed') return undefined;
        // Whoever made the probe waits like all others: it costs no attempt.
        return leftAlone(name, this.#retryInMs(name), call.end.failure);
      },
    });
  }

  /** Notes bytes that came from where a dataset's files lie, beside those that its calls end with. */
  received({ provider }: Pick<GuardedDefinition, 'provider'>, bytes: number): void {
    const name = sourceNameOf(provider);
    if (name === undefined || bytes === 0) return;
    this.#kit.telemetry.count('assay_source_bytes_total', { type: provider.type }, bytes);
    void this.#note(name, { calls: 0, bytes, busyMs: 0 });
  }

  /** What is known of the sources that were asked last, for the leader and for people. */
  report(): readonly SourceReport[] {
    this.#forget();
    const now = this.#now();
    const latest = [...this.#gates]
      .toSorted(([, a], [, b]) => b.usedAt - a.usedAt)
      .slice(0, limits.sourcesReportedMax);
    return latest.map(([name, gate]) => {
      const { breaker, latencyMs, lastFailure } = gate;
      const state = breakerState(breaker, now);
      return {
        name,
        state,
        limit: callsAllowed(gate, now, limits),
        ceiling: gate.ceiling,
        running: gate.running,
        ...(latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) }),
        ...(breaker.state === 'open' && state === 'open' ? { retryInMs: breaker.until - now } : {}),
        ...(lastFailure === undefined || state === 'closed'
          ? {}
          : { lastFailure: { code: lastFailure.code, message: lastFailure.message.slice(0, 300) } }),
      };
    });
  }

  #retryInMs(name: SourceName): number {
    const breaker = this.#gates.get(name)?.breaker;
    return breaker?.state === 'open' ? Math.max(0, breaker.until - this.#now()) : 0;
  }

  #gateOf(name: SourceName, own: DatasetLimits): SourceGate {
    const ceiling = own.sourceConcurrencyMax ?? limits.sourceConcurrencyMax;
    const known = this.#gates.get(name);
    if (known === undefined) return freshGate(limits, this.#now(), ceiling);
    // A dataset that allows less holds for all of its source, until nobody has asked it for a while.
    return ceiling < known.ceiling ? { ...known, ceiling } : known;
  }

  #leave(
    { provider }: GuardedDefinition,
    name: SourceName,
    call: EndedCall & { readonly tookMs: number },
  ): void {
    const before = this.#gates.get(name);
    if (before === undefined) return;
    const { end, tookMs, bytes } = call;
    const at = this.#now();
    const after = leave(before, { end, at, tookMs, chance: this.#kit.random.next() }, limits);
    this.#gates.set(name, after);
    const { type } = provider;
    this.#kit.telemetry.count('assay_source_calls_total', { type, end: end.kind });
    this.#kit.telemetry.observe('assay_source_call_seconds', tookMs / 1_000, { type });
    if (before.breaker.state === 'closed' && after.breaker.state === 'open') {
      this.#kit.telemetry.count('assay_source_breaker_opened_total', { type });
      this.#kit.log.warn('a source fails and is left alone', {
        source: name,
        forMs: Math.round(after.breaker.until - at),
        ...(end.kind === 'failed' ? { failure: end.failure } : {}),
      });
    } else if (before.breaker.state === 'open' && after.breaker.state === 'closed') {
      this.#kit.log.info('a source is well again', { source: name });
    }
    void this.#note(name, { calls: 1, bytes: 0, busyMs: tookMs });
    // Files are counted as they come: some are fetched to be looked into, others lie here still.
    if (type !== 's3' && type !== 'http') this.received({ provider }, bytes);
  }

  #held({ provider: { type } }: GuardedDefinition, held: Failure, reason: string): Outcome<never> {
    this.#kit.telemetry.count('assay_source_held_total', { type, reason });
    return fail(held);
  }

  /** Why the dataset asks no more today, if so. */
  async #spent(name: SourceName, own: DatasetLimits): Promise<Failure | undefined> {
    const { sourceBytesPerDay, sourceMinutesPerDay } = own;
    if (sourceBytesPerDay === undefined && sourceMinutesPerDay === undefined) return undefined;
    const use = (await this.#usedToday()).get(name);
    if (use === undefined) return undefined;
    const now = this.#kit.clock.now();
    const retryAfterMs = day - (now % day);
    if (sourceBytesPerDay !== undefined && use.bytes >= sourceBytesPerDay) {
      const what = `${formatBytes(use.bytes)} of ${formatBytes(sourceBytesPerDay)}`;
      return spent(name, { what, retryAfterMs, key: 'source_bytes_per_day' });
    }
    if (sourceMinutesPerDay === undefined || use.busyMs < sourceMinutesPerDay * minute) return undefined;
    const what = `${formatDuration(use.busyMs)} of ${formatDuration(sourceMinutesPerDay * minute)}`;
    return spent(name, { what, retryAfterMs, key: 'source_minutes_per_day' });
  }

  async #usedToday(): Promise<Map<SourceName, SourceUse>> {
    const { clock } = this.#kit;
    const today = dayOf(clock.now());
    const known = this.#used;
    if (known?.day === today && clock.monotonicMs() - known.atMs < limits.sourceUseLookMs) return known.by;
    const by = new Map(await this.#uses.used(today));
    this.#used = { day: today, atMs: clock.monotonicMs(), by };
    return by;
  }

  /** Noted here at once, in the database soon; a use that could not be noted is missing from the budget, and nothing else. */
  async #note(name: SourceName, use: SourceUse): Promise<void> {
    const today = dayOf(this.#kit.clock.now());
    const here = this.#used?.day === today ? this.#used.by : undefined;
    const before = here?.get(name) ?? { calls: 0, bytes: 0, busyMs: 0 };
    here?.set(name, {
      calls: before.calls + use.calls,
      bytes: before.bytes + use.bytes,
      busyMs: before.busyMs + use.busyMs,
    });
    try {
      await this.#uses.add(today, name, use);
    } catch (error) {
      this.#kit.log.warn('the use of a source could not be noted', { source: name, error });
    }
  }

  #now(): Instant {
    const { wall, monotonicMs } = this.#begunAt;
    return instant(wall + this.#kit.clock.monotonicMs() - monotonicMs);
  }

  #forget(): void {
    const now = this.#now();
    for (const [name, gate] of this.#gates) {
      const isOld = now - gate.usedAt > limits.sourceMemoryMs || this.#gates.size > limits.sourcesKnownMax;
      if (isOld && gate.running === 0) this.#gates.delete(name);
    }
  }
}

/** The day of an instant in UTC: `2001-01-31`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function leftAlone(name: SourceName, retryAfterMs: number, last: Failure | undefined): Failure {
  return failure(
    'SOURCE_HELD',
    `${name} failed too often; it is asked again in ${formatDuration(retryAfterMs)}`,
    {
      where: name,
      retryAfterMs,
      cause: last?.message,
    },
  );
}

/** Unlike all others a failure of the task that meets it: who waits for it must hear of it some time. */
function away(name: SourceName, since: number, last: Failure | undefined): Failure {
  const message = `${name} has not answered since ${new Date(since).toISOString()}`;
  return failure('SOURCE_UNAVAILABLE', message, { where: name, cause: last?.message });
}

function busy(name: SourceName, calls: number): Failure {
  return failure(
    'SOURCE_HELD',
    `${name} is asked ${calls} ${calls === 1 ? 'thing' : 'things'} at once already`,
    {
      where: name,
      retryAfterMs: limits.sourceBusyMs,
    },
  );
}

function spent(
  name: SourceName,
  { what, retryAfterMs, key }: { readonly what: string; readonly retryAfterMs: number; readonly key: string },
): Failure {
  return failure('SOURCE_HELD', `${name} has given ${what} today, which is the budget`, {
    where: name,
    hint: `it is asked again tomorrow (UTC); or raise limits.${key} of the dataset`,
    retryAfterMs,
  });
}

import type { Failure } from '../../base/errors.ts';
import { type Instant, instant } from '../../base/units.ts';
import {
  afterCall,
  type BreakerRules,
  breakerState,
  type CircuitBreaker,
  freshBreaker,
  leftAlone,
} from './circuit-breaker.ts';
import { type ConcurrencyLimit, freshLimit, type LimitRules, learnLimit } from './concurrency-limit.ts';

export type GateRules = BreakerRules &
  LimitRules & {
    readonly sourceRetryAfterMsMax: number;
    /** Whoever waits for a source that is away for longer is told so. */
    readonly sourceOutageMs: number;
  };

/** What one process knows of a source: how many calls it may have at once, and whether any. */
export type SourceGate = {
  readonly breaker: CircuitBreaker;
  readonly concurrency: ConcurrencyLimit;
  /** Calls that it is waiting for. */
  readonly running: number;
  /** What its owners allow: the smallest figure that a dataset gives. */
  readonly ceiling: number;
  /** A running mean of its latest calls. */
  readonly latencyMs?: number;
  readonly lastFailure?: Failure;
  readonly usedAt: Instant;
};

/** The gate of a source that was never asked. */
export function freshGate(rules: GateRules, now: Instant, ceiling: number): SourceGate {
  return { breaker: freshBreaker, concurrency: freshLimit(rules), running: 0, ceiling, usedAt: now };
}

/**
 * How many tasks may come at once now: none while it is open, one as a probe; and of a source that is away for long a few, to be
 * told so.
 */
export function callsAllowed(gate: SourceGate, now: Instant, rules: GateRules): number {
  const state = breakerState(gate.breaker, now);
  if (state === 'open') return isOutage(gate, now, rules) ? rules.sourceConcurrencyInitial : 0;
  return state === 'half_open' ? 1 : Math.max(1, Math.min(Math.floor(gate.concurrency.limit), gate.ceiling));
}

function isOutage({ breaker }: SourceGate, now: Instant, { sourceOutageMs }: GateRules): boolean {
  return breaker.state === 'open' && now - breaker.since >= sourceOutageMs;
}

/**
 * Whether one more call may begin now; if not, when to come again. `isProbe`: that it fails is no news. `outage`: there is no
 * call, and it is time to say so.
 */
export type Entry =
  | { readonly kind: 'admitted'; readonly gate: SourceGate; readonly isProbe: boolean }
  | { readonly kind: 'outage'; readonly since: Instant }
  | { readonly kind: 'open'; readonly retryInMs: number }
  | { readonly kind: 'full'; readonly calls: number };

/** Asks for one more call; with `isPart` for one beyond the limit, if need be. */
export function enter(
  gate: SourceGate,
  { now, isPart = false }: { readonly now: Instant; readonly isPart?: boolean },
  rules: GateRules,
): Entry {
  const { breaker } = gate;
  const isLong = isOutage(gate, now, rules);
  if (breaker.state === 'open' && now < breaker.until) {
    if (isLong) return { kind: 'outage', since: breaker.since };
    return { kind: 'open', retryInMs: breaker.until - now };
  }
  const calls = callsAllowed(gate, now, rules);
  if (!isPart && gate.running >= calls) return { kind: 'full', calls };
  const isProbe = breaker.state === 'open' && !isLong;
  return { kind: 'admitted', isProbe, gate: { ...gate, running: gate.running + 1, usedAt: now } };
}

/**
 * How a call ended. `answered`: the source did its part, whatever was wrong with the data. `failed`: it did not.
 * `withdrawn`: nobody waited any more, which says nothing of the source.
 */
export type CallEnd =
  | { readonly kind: 'answered'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'withdrawn' };

/** The gate after a call has ended. `chance` is in [0, 1). */
export function leave(
  gate: SourceGate,
  call: { readonly end: CallEnd; readonly at: Instant; readonly tookMs: number; readonly chance: number },
  rules: GateRules,
): SourceGate {
  const { end, at, tookMs, chance } = call;
  const running = Math.max(0, gate.running - 1);
  if (end.kind === 'withdrawn') return { ...gate, running, usedAt: at };
  const failed = end.kind === 'failed';
  const breaker = afterCall(gate.breaker, { at, failed, chance }, rules);
  const concurrency = learnLimit(
    gate.concurrency,
    { failed, tookMs, bytes: failed ? 0 : end.bytes, running: gate.running, ceiling: gate.ceiling },
    rules,
  );
  const latencyMs = gate.latencyMs === undefined ? tookMs : gate.latencyMs * 0.8 + tookMs * 0.2;
  const after = { ...gate, breaker, concurrency, running, latencyMs, usedAt: at };
  if (!failed) return after;
  const { failure } = end;
  const askedMs = Math.min(failure.retryAfterMs ?? 0, rules.sourceRetryAfterMsMax);
  const left = askedMs > 0 ? leftAlone(breaker, { at, until: instant(at + askedMs) }) : breaker;
  return { ...after, breaker: left, lastFailure: failure };
}

import { type Instant, instant } from '../../base/units.ts';

export type BreakerRules = {
  /** Calls that are judged by: those of the last so many milliseconds, and of them at most so many. */
  readonly breakerWindowMs: number;
  readonly breakerCallsMax: number;
  /** Fewer calls say nothing. */
  readonly breakerCallsMin: number;
  /** 0–1: a share of failures from which it opens. */
  readonly breakerFailureShare: number;
  /** How long it is open first; doubled from time to time that its probe fails, up to the second figure. */
  readonly breakerOpenMs: number;
  readonly breakerOpenMsMax: number;
};

type Call = { readonly at: Instant; readonly failed: boolean };

/**
 * Whether something that fails is asked any more: `closed` asks, `open` does not until `until`, then one call at a time is a
 * probe (Nygard, Release It!, 2007). `opened`: how often it opened since it was last well; `since`: when it was well last.
 */
export type CircuitBreaker =
  | { readonly state: 'closed'; readonly calls: readonly Call[]; readonly opened: number }
  | { readonly state: 'open'; readonly until: Instant; readonly since: Instant; readonly opened: number };

/** A breaker of something that nothing is known about. */
export const freshBreaker: CircuitBreaker = { state: 'closed', calls: [], opened: 0 };

/** How the breaker stands at a moment: an open one whose time is over waits for a probe. */
export function breakerState(breaker: CircuitBreaker, now: Instant): 'closed' | 'open' | 'half_open' {
  if (breaker.state === 'closed') return 'closed';
  return now < breaker.until ? 'open' : 'half_open';
}

/** The breaker after a call that it let through has ended. `chance` is in [0, 1). */
export function afterCall(
  breaker: CircuitBreaker,
  call: Call & { readonly chance: number },
  rules: BreakerRules,
): CircuitBreaker {
  if (breaker.state === 'open') {
    // Calls that began before it opened say nothing new; what ends behind that time was the probe.
    if (call.at < breaker.until) return breaker;
    return call.failed
      ? opened(breaker, call, rules)
      : { state: 'closed', calls: [], opened: breaker.opened };
  }
  const since = call.at - rules.breakerWindowMs;
  const calls = [...breaker.calls, { at: call.at, failed: call.failed }]
    .filter(({ at }) => at > since)
    .slice(-rules.breakerCallsMax);
  const failures = calls.filter(({ failed }) => failed).length;
  const isJudged = calls.length >= rules.breakerCallsMin;
  if (isJudged && call.failed && failures / calls.length >= rules.breakerFailureShare) {
    return opened(breaker, call, rules);
  }
  // Well again only after as many good calls as it takes to open.
  return { state: 'closed', calls, opened: isJudged && failures === 0 ? 0 : breaker.opened };
}

/** The breaker of something that asks to be left alone for a while (HTTP `Retry-After`). */
export function leftAlone(
  breaker: CircuitBreaker,
  { at, until }: { readonly at: Instant; readonly until: Instant },
): CircuitBreaker {
  if (breaker.state === 'open' && breaker.until >= until) return breaker;
  const since = breaker.state === 'open' ? breaker.since : at;
  return { state: 'open', until, since, opened: Math.max(1, breaker.opened) };
}

/** Half of the span is left to chance, so that processes do not come back together. */
function opened(
  breaker: CircuitBreaker,
  { at, chance }: { readonly at: Instant; readonly chance: number },
  { breakerOpenMs, breakerOpenMsMax }: BreakerRules,
): CircuitBreaker {
  const spanMs = Math.min(breakerOpenMsMax, breakerOpenMs * 2 ** Math.min(breaker.opened, 30));
  return {
    state: 'open',
    until: instant(at + spanMs * (0.5 + chance / 2)),
    since: breaker.state === 'open' ? breaker.since : at,
    opened: breaker.opened + 1,
  };
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import {
  afterCall,
  breakerState,
  type CircuitBreaker,
  freshBreaker,
} from '../../../src/core/resilience/circuit-breaker.ts';

const rules = limits;

function after(
  breaker: CircuitBreaker,
  calls: readonly (readonly [atMs: number, failed: boolean])[],
): CircuitBreaker {
  return calls.reduce(
    (now, [atMs, failed]) => afterCall(now, { at: instant(atMs), failed, chance: 0.5 }, rules),
    breaker,
  );
}

describe('circuit breaker', () => {
  it('opens when half of enough calls failed, and not before', () => {
    const three = after(freshBreaker, [
      [1, true],
      [2, true],
      [3, true],
    ]);
    assert.equal(breakerState(three, instant(3)), 'closed');
    assert.equal(breakerState(after(three, [[4, true]]), instant(4)), 'open');
    const mixed = after(freshBreaker, [
      [1, false],
      [2, false],
      [3, false],
      [4, true],
      [5, true],
    ]);
    assert.equal(breakerState(mixed, instant(5)), 'closed');
    assert.equal(breakerState(after(mixed, [[6, true]]), instant(6)), 'open');
  });

  it('does not count what failed long ago', () => {
    const old = after(freshBreaker, [
      [1, true],
      [2, true],
      [3, true],
    ]);
    const late = 3 + rules.breakerWindowMs;
    assert.equal(breakerState(after(old, [[late, true]]), instant(late)), 'closed');
  });

  it('waits twice as long after each probe that fails, up to the longest', () => {
    let breaker = after(freshBreaker, [
      [0, true],
      [0, true],
      [0, true],
      [0, true],
    ]);
    const spans: number[] = [];
    let now = 0;
    for (let probe = 0; probe < 8; probe += 1) {
      assert.ok(breaker.state === 'open');
      spans.push(breaker.until - now);
      now = breaker.until;
      assert.equal(breakerState(breaker, instant(now)), 'half_open');
      breaker = after(breaker, [[now, true]]);
    }
    assert.deepEqual(
      spans.map((span) => Math.round(span / (0.75 * rules.breakerOpenMs))),
      [1, 2, 4, 8, 16, 30, 30, 30],
    );
  });

  it('closes with one good probe, and forgets how often it opened after as many good calls as it takes to open', () => {
    const opened = after(freshBreaker, [
      [0, true],
      [0, true],
      [0, true],
      [0, true],
    ]);
    assert.ok(opened.state === 'open');
    const closed = after(opened, [[opened.until, false]]);
    assert.equal(closed.state, 'closed');
    assert.equal(closed.opened, 1);
    const good = [1, 2, 3, 4].map((at) => [opened.until + at, false] as const);
    assert.equal(after(closed, good).opened, 0);
  });

  it('is not moved by calls that began before it opened', () => {
    const opened = after(freshBreaker, [
      [0, true],
      [0, true],
      [0, true],
      [0, true],
    ]);
    assert.deepEqual(
      after(opened, [
        [1, false],
        [2, true],
      ]),
      opened,
    );
  });

  it('never opens while nothing fails, and keeps a bounded memory', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000_000), fc.boolean()), { maxLength: 200 }), (calls) => {
        const ordered = calls.toSorted(([a], [b]) => a - b);
        const breaker = after(freshBreaker, ordered);
        if (breaker.state === 'closed') assert.ok(breaker.calls.length <= rules.breakerCallsMax);
        else assert.ok(calls.some(([, failed]) => failed));
      }),
    );
  });
});

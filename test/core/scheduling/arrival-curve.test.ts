import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, hour, type Instant, instant, minute } from '../../../src/base/units.ts';
import { learnArrivals } from '../../../src/core/scheduling/arrival-curve.ts';
import { time } from './support.ts';

const rule = { cron: '0 6 * * *', timeZone: 'Europe/Berlin' };

/** Newest first: `count` days up to 1 March 2026, each so long after 6:00 in winter's Berlin. */
function days(count: number, delayMs: (back: number) => number): Instant[] {
  const last = time('2026-03-01T05:00:00Z');
  return Array.from({ length: count }, (_, back) => instant(last - back * day + delayMs(back)));
}

describe('the arrival curve', () => {
  it('is not learned from few points, nor from a copy of many partitions at once', () => {
    assert.equal(
      learnArrivals(
        rule,
        days(7, () => hour),
      ),
      undefined,
    );
    const copy = Array.from({ length: 40 }, (_, nth) => instant(time('2026-03-01T12:00:00Z') - nth * 1_000));
    assert.equal(learnArrivals(rule, copy), undefined);
  });

  it('is not learned of what comes more often than hourly', () => {
    const often = Array.from({ length: 40 }, (_, nth) =>
      instant(time('2026-03-01T12:00:00Z') - nth * 10 * minute),
    );
    assert.equal(learnArrivals({ cron: '*/10 * * * *', timeZone: 'UTC' }, often), undefined);
  });

  it('is moved by no single day, however late', () => {
    const usual = learnArrivals(
      rule,
      days(30, (back) => hour + (back % 5) * minute),
    );
    const once = learnArrivals(
      rule,
      days(30, (back) => (back === 3 ? 20 * hour : hour + (back % 5) * minute)),
    );
    assert.ok(usual && once);
    assert.equal(once.lateMs, usual.lateMs);
    assert.equal(usual.lateMs, hour + 4 * minute + 15 * minute);
    assert.equal(usual.points, 30);
  });

  it('counts what comes before its time as that time’s, and the first of several alone', () => {
    const early = learnArrivals(
      rule,
      days(20, () => -30 * minute),
    );
    assert.equal(early?.usualMs, -30 * minute);
    const twice = days(20, () => hour).flatMap((at) => [instant(at + 4 * hour), at]);
    assert.equal(learnArrivals(rule, twice)?.usualMs, hour);
    assert.equal(learnArrivals(rule, twice)?.points, 20);
  });

  it('means the time by the clock of the zone, on both sides of a change of clocks', () => {
    const summer = Array.from({ length: 20 }, (_, back) => {
      const at = time('2026-04-08T04:00:00Z') - back * day;
      // Clocks went forward on 29 March: 6:00 was 5:00 UTC before.
      return instant((at < time('2026-03-29T01:00:00Z') ? at + hour : at) + 10 * minute);
    });
    const curve = learnArrivals(rule, summer);
    assert.deepEqual([curve?.earlyMs, curve?.usualMs], [10 * minute, 10 * minute]);
  });
});

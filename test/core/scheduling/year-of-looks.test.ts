import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { day, hour, type Instant, instant, minute } from '../../../src/base/units.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';
import { Dataset, time } from './support.ts';

const start = time('2026-01-01T12:00:00Z');

/** What became of one day's data. */
type Day = { readonly published: number; taken?: number; scans: number; told?: number };

/**
 * Plays days of a dataset that is due at 6:00 UTC and published so long after that; undefined: not at all. A scan takes in
 * what was published until then.
 */
function play(delays: readonly (number | undefined)[]): readonly Day[] {
  const one = new Dataset({ type: 'periodic', cron: '0 6 * * *', timeZone: 'UTC' }, start);
  const first = time('2026-01-02T06:00:00Z');
  const days: Day[] = delays.map((delayMs, nth) => ({
    published: delayMs === undefined ? Number.POSITIVE_INFINITY : first + nth * day + delayMs,
    scans: 0,
  }));
  const arrivals: Instant[] = [];
  const end = first + delays.length * day - hour;
  while (one.nextAt !== undefined && one.nextAt < end) {
    const now = one.nextAt;
    const { decision, tell } = one.look({ arrivals: arrivals.slice(0, 40) });
    const today = days[Math.floor((now + hour - first) / day)];
    if (tell?.arrived === false && today !== undefined) today.told = now;
    if (decision.kind !== 'scan') continue;
    if (today !== undefined) today.scans += 1;
    // Data is taken in a moment after the scan began.
    for (const each of days) {
      if (each.taken !== undefined || each.published > now) continue;
      each.taken = now + 1;
      arrivals.unshift(instant(now + 1));
    }
  }
  return days;
}

function normal(random: { next(): number }): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

describe('months of looks at a daily dataset', () => {
  const random = createSeededRandom(7);
  const usual = (count: number, meanMs: number): number[] =>
    Array.from({ length: count }, () => meanMs + normal(random) * 10 * minute);

  it('that comes three hours after its time take few scans and little time, and alarm no one', () => {
    const days = play(usual(120, 3 * hour)).slice(20);
    const waits = days.map(({ published, taken }) => ((taken ?? Number.NaN) - published) / minute);
    const scans = days.reduce((sum, one) => sum + one.scans, 0) / days.length;
    assert.ok(Math.max(...waits) < 30, `the longest wait was ${Math.max(...waits)} min`);
    assert.ok(scans <= 9, `${scans} scans a day`);
    const told = days.filter((one) => one.told !== undefined).length;
    assert.ok(told <= 2, `${told} of 100 days were told to be late`);
  });

  it('tell within the hour of what is usual that a day does not come', () => {
    const days = play([...usual(40, 3 * hour), undefined, ...usual(3, 3 * hour)]);
    const missing = days[40];
    assert.ok(missing?.told !== undefined);
    const afterMs = missing.told - (time('2026-01-02T06:00:00Z') + 40 * day);
    assert.ok(afterMs > 3 * hour && afterMs < 4.2 * hour, `told after ${afterMs / hour} h`);
  });

  it('follow a dataset that begins to come earlier, and one that begins to come later', () => {
    for (const [before, after] of [
      [5 * hour, 1 * hour],
      [1 * hour, 5 * hour],
    ] as const) {
      const days = play([...usual(40, before), ...usual(80, after)]).slice(100);
      const waits = days
        .slice(0, -1)
        .map(({ published, taken }) => ((taken ?? Number.NaN) - published) / minute);
      assert.ok(
        Math.max(...waits) < 45,
        `from ${before / hour} h to ${after / hour} h: waited ${Math.max(...waits)} min`,
      );
      assert.equal(days.filter((one) => one.told !== undefined).length, 0);
    }
  });
});

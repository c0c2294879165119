import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { type Instant, instant } from '../../../src/base/units.ts';
import { instantOf, localTimeOf } from '../../../src/core/datasets/local-time.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];
const at = (text: string): Instant => instant(Date.parse(text));

it('shows what clocks show, in summer and in winter', () => {
  assert.deepEqual(localTimeOf(at('2026-07-01T22:30:00Z'), 'Europe/Berlin'), {
    year: 2026,
    month: 7,
    day: 2,
    minutes: 30,
  });
  assert.equal(localTimeOf(at('2026-01-01T00:00:00Z'), 'America/New_York').minutes, 19 * 60);
});

it('takes the first of a time that comes twice, and moves one that is jumped over', () => {
  const berlin = (month: number, day: number, minutes: number): string =>
    new Date(instantOf({ year: 2026, month, day, minutes }, 'Europe/Berlin')).toISOString();
  assert.equal(berlin(10, 25, 150), '2026-10-25T00:30:00.000Z');
  assert.equal(berlin(3, 29, 150), '2026-03-29T01:30:00.000Z');
  assert.equal(berlin(3, 29, 119), '2026-03-29T00:59:00.000Z');
  assert.equal(berlin(3, 29, 180), '2026-03-29T01:00:00.000Z');
});

it('finds the minute again that clocks show, or an hour before where they showed it twice', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: Date.UTC(2012, 0) / 60_000, max: Date.UTC(2035, 0) / 60_000 }),
      (zone, minutes) => {
        const moment = instant(minutes * 60_000);
        const shown = localTimeOf(moment, zone);
        const found = instantOf(shown, zone);
        assert.deepEqual(localTimeOf(found, zone), shown);
        assert.ok(found <= moment && moment - found <= 60 * 60_000);
      },
    ),
  );
});

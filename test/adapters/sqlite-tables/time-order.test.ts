import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sliceBounds, timeOfText } from '../../../src/adapters/sqlite-tables/time-order.ts';
import { timeKey } from '../../../src/core/datasets/partition-key.ts';
import { timeSliceOf } from '../../../src/core/datasets/time-slice.ts';

const plausible = fc
  .tuple(
    fc.constantFrom('0001', '0999', '1999', '2000', '2001', '9999'),
    fc.constantFrom('00', '01', '02', '12', '13', '1', 'x'),
    fc.constantFrom('00', '01', '28', '29', '31', '99', '5'),
    fc.constantFrom('', ' ', 'T', ' 00:00', ' 05:06:07', 'T23:59:59', ' 23', 'T00', ' 24', 'Z'),
  )
  .map(([year, month, day, time]) => `${year}-${month}-${day}${time}`);
const odd = fc.string({ unit: 'binary-ascii', maxLength: 20 }).map((text) => `2001${text}`);

describe('the order of times that are texts', () => {
  for (const by of ['year', 'month', 'day', 'hour'] as const) {
    it(`has each text in the one ${by} whose ranges hold it`, () => {
      fc.assert(
        fc.property(fc.oneof(plausible, odd), (text) => {
          fc.pre(text >= '0001-01-01');
          const key = timeKey(timeOfText(text.slice(0, by === 'hour' ? 13 : 10)), by);
          const slice = timeSliceOf(key);
          assert.ok(slice !== undefined, key);
          const holds = sliceBounds(slice).filter(
            ([from, to]) => text >= from && (to === undefined || text < to),
          );
          assert.equal(holds.length, 1, `${text} in ${key}`);
        }),
        { numRuns: 500 },
      );
    });

    it(`has each ${by} begin where the one before it ends`, () => {
      fc.assert(
        fc.property(
          fc.date({ min: new Date('0001-01-01'), max: new Date('9998-12-30'), noInvalidDate: true }),
          (date) => {
            const text = date.toISOString();
            const slice = timeSliceOf(timeKey(timeOfText(text.slice(0, 13)), by));
            assert.ok(slice !== undefined && slice.startMs <= date.getTime() && date.getTime() < slice.endMs);
            const next = timeSliceOf(
              timeKey(timeOfText(new Date(slice.endMs).toISOString().slice(0, 13)), by),
            );
            assert.equal(next?.startMs, slice.endMs);
          },
        ),
      );
    });
  }
});

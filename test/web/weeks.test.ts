import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { partitionKey } from '../../src/base/ids.ts';
import type { PartitionSummary } from '../../src/ports/revision-store.ts';
import { weeksOf } from '../../web/src/pages/dataset/weeks.ts';

const dayMs = 86_400_000;

describe('the weeks of a calendar', () => {
  it('show each partition on its own day, and the days between without one as missing', () => {
    const offsets = fc.uniqueArray(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(offsets, (days) => {
        const partitions = days.map((day) => partitionOf(dateOf(day)));
        const shown = (weeksOf(partitions) ?? []).flatMap(({ days: of }) =>
          of.filter((day) => day !== undefined),
        );
        const found = shown.flatMap(({ partition }) =>
          partition === undefined ? [] : [partition.partition],
        );
        assert.deepEqual(found, days.map(dateOf).toSorted());
        const span = Math.max(...days) - Math.min(...days) + 1;
        assert.equal(shown.length, span);
        assert.deepEqual(
          shown.map(({ key }) => key),
          Array.from({ length: span }, (_, at) => dateOf(Math.min(...days) + at)),
        );
      }),
    );
  });

  it('begin on Mondays, have seven places, and name each month once', () => {
    const weeks = weeksOf(['2001-01-03', '2001-03-04'].map(partitionOf)) ?? [];
    assert.equal(weeks[0]?.first, '2001-01-01');
    for (const { first, days } of weeks) {
      assert.equal(new Date(`${first}T00:00:00Z`).getUTCDay(), 1);
      assert.equal(days.length, 7);
    }
    assert.deepEqual(
      weeks.flatMap(({ month }) => month ?? []),
      ['Jan', 'Feb', 'Mar'],
    );
  });

  it('are none for partitions that are no days, or lie years apart', () => {
    assert.equal(weeksOf([]), undefined);
    assert.equal(weeksOf(['a.csv', 'b.csv'].map(partitionOf)), undefined);
    assert.equal(
      weeksOf(['2001-01-01', '2001-01-01T07'].map(partitionOf).concat(partitionOf('x'))),
      undefined,
    );
    assert.equal(weeksOf(['1970-01-01', '2001-01-01'].map(partitionOf)), undefined);
  });
});

function dateOf(day: number): string {
  return new Date(Date.UTC(2000, 0, 1) + day * dayMs).toISOString().slice(0, 10);
}

function partitionOf(key: string): PartitionSummary {
  return { partition: partitionKey(key), revision: 1, rowCount: 1, rejectedCount: 0, ingestedAt: 0 };
}

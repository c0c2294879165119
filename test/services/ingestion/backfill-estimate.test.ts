import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backfillCostText } from '../../../src/cli/views/backfill-cost-text.ts';
import { estimate, knownSum } from '../../../src/services/ingestion/backfill-estimate.ts';
import { datasetOf } from '../../support/names.ts';

describe('the estimate of a backfill', () => {
  it('takes the rate of bytes where all sizes are known, and that of partitions where not', () => {
    const read = [
      { tookMs: 1_000, bytes: 100 },
      { tookMs: 3_000, bytes: 300 },
    ];
    const large = [{ sizeBytes: 2_000 }, { sizeBytes: 2_000 }];
    const gone = { tookMs: 99_000 };
    assert.deepEqual(estimate(large, { read: [...read, gone], atOnce: 2 }), {
      kind: 'estimated',
      durationMs: 20_000,
      from: 2,
      by: 'bytes',
    });
    const unknown = [...large, {}];
    assert.deepEqual(estimate(unknown, { read, atOnce: 1 }), {
      kind: 'estimated',
      durationMs: 6_000,
      from: 2,
      by: 'partitions',
    });
  });

  it('does not count on more at once than there is to read', () => {
    const one = estimate([{ sizeBytes: 100 }], { read: [{ tookMs: 1_000, bytes: 100 }], atOnce: 64 });
    assert.ok(one.kind === 'estimated' && one.durationMs === 1_000);
  });

  it('says that it is unknown, and why', () => {
    assert.deepEqual(estimate([{}], { read: [], atOnce: 8 }), {
      kind: 'unknown',
      reason: 'no partition of this dataset has been read yet',
    });
    const broken = estimate([{}], { read: [{ tookMs: 1 }], atOnce: 0 });
    assert.ok(broken.kind === 'unknown' && broken.reason.includes('left alone'));
    const nothing = estimate([], { read: [], atOnce: 0 });
    assert.ok(nothing.kind === 'estimated' && nothing.durationMs === 0);
  });

  it('adds up what is known, and tells of how many', () => {
    assert.deepEqual(knownSum([1, undefined, 2]), { total: 3, ofPartitions: 2 });
    assert.equal(knownSum([undefined]), undefined);
  });

  it('is told in lines, in which the unknown is said to be unknown', () => {
    const text = backfillCostText({
      dataset: datasetOf('flights'),
      from: '2001-01-01',
      partitions: 31,
      unchanged: 1,
      toRead: 30,
      bytes: { total: 3 * 1_024 ** 3, ofPartitions: 20 },
      duration: { kind: 'unknown', reason: 'no partition of this dataset has been read yet' },
      bounds: [
        { kind: 'concurrency', binds: false, text: '8 partitions at once, as asked' },
        { kind: 'source_concurrency', binds: true, text: '2 at once of https://example.org to begin with' },
      ],
    });
    assert.equal(
      text,
      `flights: a backfill from 2001-01-01 to the last would read 30 of 31 partitions; 1 are unchanged
  bytes     3.00 GiB of 20 partitions, the others are unknown
  rows      unknown: they were never read
  duration  unknown: no partition of this dataset has been read yet
  bound     8 partitions at once, as asked
  bound     2 at once of https://example.org to begin with (this one binds)
`,
    );
  });
});

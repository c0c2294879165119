import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey } from '../../../src/base/ids.ts';
import { specialDay, withSpecialDays } from '../../../src/core/checks/special-days.ts';

const names = { '2001-12-25': 'Christmas Day' };

describe('the kind of a day', () => {
  it('is found by the day that a partition key names, or the day of its hour', () => {
    const kinds = [
      '2001-12-25',
      '2001-12-25T05',
      'year=2001/month=12/day=25',
      'country=DE/date=2001-12-25',
      '2001-12-26',
      '2001-12',
      '2001',
      'all',
    ].map((key) => specialDay(partitionKey(key), names).specialDay);
    assert.deepEqual(kinds.slice(0, 4), ['Christmas Day', 'Christmas Day', 'Christmas Day', 'Christmas Day']);
    assert.deepEqual(new Set(kinds.slice(4)), new Set([undefined]));
  });

  it('is noted on each partition of a history beside what is known of it', () => {
    const partitions = ['2001-12-24', '2001-12-25'].map((key) => ({
      key: partitionKey(key),
      revision: 2,
      feedback: 'expected' as const,
    }));
    const history = { partitions, series: [] };
    const [eve, christmas] = partitions;
    assert.deepEqual(withSpecialDays(history, names).partitions, [
      eve,
      { ...christmas, specialDay: 'Christmas Day' },
    ]);
    assert.equal(withSpecialDays(history, undefined), history);
  });
});

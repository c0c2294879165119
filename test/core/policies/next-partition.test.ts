import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey } from '../../../src/base/ids.ts';
import { nextKey } from '../../../src/core/policies/next-partition.ts';

describe('nextKey', () => {
  const cases: readonly (readonly [readonly string[], string | undefined])[] = [
    [[], undefined],
    [['2001-02-27', '2001-02-28'], '2001-03-01'],
    [['2001-02-26', '2001-02-28', '2001-03-01'], '2001-03-02'],
    [['2001-01-01', '2001-01-08', '2001-01-15'], '2001-01-22'],
    [['2001-02', '2001-03'], '2001-04'],
    [['2000', '2001'], '2002'],
    [['2001-02-28T22', '2001-02-28T23'], '2001-03-01T00'],
    [['country=DE/date=2001-01-01'], 'country=DE/date=2001-01-01'],
    [['part-1', 'part-2'], 'part-2'],
  ];
  for (const [keys, next] of cases) {
    it(`after ${keys.join(', ') || 'nothing'} is ${next ?? 'nothing'}`, () => {
      assert.equal(nextKey(keys.map(partitionKey)), next);
    });
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey } from '../../../src/base/ids.ts';
import { day, hour, instant, minute } from '../../../src/base/units.ts';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import type { SourceScan } from '../../../src/core/datasets/source.ts';
import { proposePartitions } from '../../../src/core/suggestions/partition-rules.ts';
import { proposePublish } from '../../../src/core/suggestions/publish-rule.ts';

const schemaOf = (columns: Readonly<Record<string, string>>): Schema =>
  Object.entries(columns).map(([name, native]) => ({ name, type: columnType(native) }));

function filesOf(...paths: readonly string[]): SourceScan {
  const files = paths.map((path) => ({ path, sizeBytes: 1, modifiedAtMs: 0 }));
  return { kind: 'files', format: 'csv', files, hiveKeys: [] };
}

describe('ways to cut a source into partitions', () => {
  const rulesOf = (columns: Readonly<Record<string, string>>, scan: SourceScan | undefined) =>
    proposePartitions({ schema: schemaOf(columns), scan }).map(({ rule }) => rule);

  it('begin with keys that every path has', () => {
    const scan = filesOf('/d/year=2001/month=1/a.csv', '/d/year=2001/month=2/b.csv');
    assert.deepEqual(rulesOf({ n: 'BIGINT' }, scan)[0], { kind: 'path', keys: ['year', 'month'] });
    const uneven = filesOf('/d/year=2001/a.csv', '/d/b.csv');
    assert.notEqual(rulesOf({ n: 'BIGINT' }, uneven)[0]?.kind, 'path');
  });

  it('prefer the column of dates that is called so to one of changes', () => {
    const [first, second] = rulesOf(
      { updated_at: 'TIMESTAMP', name: 'VARCHAR', flight_date: 'DATE' },
      undefined,
    );
    assert.deepEqual(first, { kind: 'time', column: 'flight_date', by: 'day' });
    assert.deepEqual(second, { kind: 'time', column: 'updated_at', by: 'day' });
  });

  it('name files only where there are several, and none at all as the last way', () => {
    assert.deepEqual(rulesOf({ n: 'BIGINT' }, filesOf('/d/a.csv')), [{ kind: 'none' }]);
    const dated = proposePartitions({
      schema: [],
      scan: filesOf('/d/x-2001-01-01.csv', '/d/x-2001-01-02.csv'),
    });
    assert.match(dated[0]?.reason ?? '', /date of its own/);
    assert.deepEqual(dated.at(-1)?.rule, { kind: 'none' });
  });
});

describe('the times at which partitions come', () => {
  const days = (count: number, arrival: (at: number) => number) =>
    Array.from({ length: count }, (_, at) => {
      const start = Date.UTC(2001, 0, 1) + at * day;
      return {
        key: partitionKey(new Date(start).toISOString().slice(0, 10)),
        modifiedAt: instant(start + day + arrival(at)),
      };
    });

  it('are told in quarters of an hour, after nearly all of them', () => {
    const found = proposePublish(days(20, (at) => 6 * hour + (at % 7) * minute));
    assert.deepEqual(found?.rule, { type: 'periodic', cron: '15 6 * * *', timeZone: 'UTC' });
  });

  it('can not be told of files that were copied at once, of few, and of those without a time', () => {
    assert.equal(proposePublish(days(20, (at) => (20 - at) * day)), undefined);
    assert.equal(proposePublish(days(4, () => hour)), undefined);
    assert.equal(proposePublish([{ key: partitionKey('all'), modifiedAt: instant(1) }]), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey, resultId } from '../../src/base/ids.ts';
import { instant } from '../../src/base/units.ts';
import type { Result } from '../../src/core/checks/result.ts';
import type { RevisionView } from '../../src/services/registry/partition-history.ts';
import { revisionChanges } from '../../web/src/pages/dataset/revision-changes.ts';
import { worthSeeing } from '../../web/src/pages/dataset/worth-seeing.ts';
import { datasetOf } from '../support/names.ts';

describe('the metrics of a summary', () => {
  it('are the rows, then what alarms most, then what owners ask about, each once', () => {
    const all = [
      result('origin.uppercase_percent', { severity: 0.9 }),
      result('delay.avg', { status: 'warn', severity: 1.2 }),
      result('delay.max', { status: 'fail', severity: 7 }),
      result('row_count'),
      result('delay.avg', { status: 'fail', severity: 3 }),
      result('freshness'),
    ];
    assert.deepEqual(worthSeeing(all, 5), [
      'row_count',
      'delay.max',
      'delay.avg',
      'freshness',
      'origin.uppercase_percent',
    ]);
    assert.deepEqual(worthSeeing(all, 2), ['row_count', 'delay.max']);
  });

  it('have a value', () => {
    const { value: _, ...without } = result('schema', { status: 'fail' });
    assert.deepEqual(worthSeeing([without], 4), []);
  });
});

it('says what is different in a revision, also when only values are', () => {
  const first = revision({ rowCount: 1_300 });
  assert.deepEqual(revisionChanges(first, undefined), []);
  assert.deepEqual(revisionChanges(revision({ rowCount: 1_300 }), first), ['other values in as many rows']);
  const wider = revision({
    rowCount: 100,
    schemaChanges: ['column added: gate VARCHAR'],
    rejected: { count: 2, samples: [] },
  });
  assert.deepEqual(revisionChanges(wider, first), [
    '1,200 fewer rows',
    'column added: gate VARCHAR',
    '2 more rejected',
  ]);
});

function result(metric: string, parts: Partial<Result> = {}): Result {
  return {
    id: resultId(metric),
    revision: { dataset: datasetOf('d'), partition: partitionKey('2001-01-01'), number: 1 },
    check: metric,
    metric,
    status: 'pass',
    value: 1,
    record: { kind: 'rule', rule: 'empty_partition', detail: 'none' },
    ...parts,
  };
}

function revision(parts: Partial<RevisionView>): RevisionView {
  return {
    number: 1,
    rowCount: 1,
    rejected: { count: 0, samples: [] },
    sizeBytes: 1,
    batches: 1,
    ingestedAt: instant(0),
    columns: [],
    schemaChanges: [],
    ...parts,
  };
}

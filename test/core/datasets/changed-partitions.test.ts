import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKey } from '../../../src/base/ids.ts';
import { type ChangeRequest, changedPartitions } from '../../../src/core/datasets/changed-partitions.ts';
import type { ListedPartition } from '../../../src/core/datasets/source.ts';

const keys = ['2001-01-01', '2001-01-02', '2001-01-03', '2001-02-01'];

const listed: readonly ListedPartition[] = keys.map((key) => ({
  key: partitionKey(key),
  fingerprint: `now ${key}`,
  scan: { kind: 'files', format: 'csv', files: [], hiveKeys: [] },
}));

/** The second partition is as it was, the third has changed, the others are new. */
const fingerprints = new Map([
  [partitionKey('2001-01-02'), 'now 2001-01-02'],
  [partitionKey('2001-01-03'), 'then'],
]);

function changed(request: Partial<ChangeRequest>): { keys: string[]; unchanged: number } {
  const found = changedPartitions(listed, { fingerprints, ...request });
  return { keys: found.changed.map((one) => one.key), unchanged: found.unchanged };
}

describe('the choice of changed partitions', () => {
  it('takes what is new or has another fingerprint, in the order of the list', () => {
    assert.deepEqual(changed({}), { keys: ['2001-01-01', '2001-01-03', '2001-02-01'], unchanged: 1 });
  });

  it('keeps to the frame, both ends included', () => {
    assert.deepEqual(changed({ from: '2001-01-03', to: '2001-01' }), { keys: ['2001-01-03'], unchanged: 0 });
  });

  it('keeps to the partitions asked for, and takes unchanged ones only when forced', () => {
    const only = [partitionKey('2001-01-02')];
    assert.deepEqual(changed({ only }), { keys: [], unchanged: 1 });
    assert.deepEqual(changed({ only, force: true }), { keys: ['2001-01-02'], unchanged: 0 });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { withPolicy } from '../../../src/services/quality/replay-policy.ts';
import { readDefinition } from '../../../src/services/registry/read-definition.ts';

const yaml = `dataset: flights
owner: ops@example.org
provider: {type: files, path: data}
partition: {column: date, by: day}
policy: {alerts_per_month: 2}
missing_values: ["-"]
freshness_column: landed
checks:
  - row_count: {must_be_greater_than: 0}
columns:
  - name: origin
    segment: true
`;

function registered(): DatasetDefinition {
  const read = readDefinition(yaml, { file: 'flights.yaml', baseDirectory: '/' });
  assert.ok(read.ok);
  return read.value;
}

function policyOf(text: string): DatasetDefinition {
  const policy = withPolicy(registered(), { yaml: text, file: 'policy.yaml' });
  assert.ok(policy.ok, policy.ok ? '' : policy.error.message);
  return policy.value;
}

describe('withPolicy', () => {
  it('takes what the file says, and the rest from the registered definition', () => {
    const policy = policyOf('policy: {alerts_per_month: 9}\n');
    assert.deepEqual(policy, { ...registered(), policy: { alertsPerMonth: 9 } });
  });

  it('takes an empty list as said: no checks at all', () => {
    assert.deepEqual(policyOf('checks: []\n'), { ...registered(), checks: [] });
  });

  it('keeps the segments unless the file has some', () => {
    assert.deepEqual(policyOf('columns: [{name: delay}]\n').segments, registered().segments);
    const other = policyOf('columns: [{name: delay, segment: true}]\n');
    assert.deepEqual(
      other.segments.map(({ columns }) => columns),
      [['delay']],
    );
    assert.deepEqual(policyOf('segments: []\n').segments, []);
  });

  it('takes all that is judged of a whole definition', () => {
    const whole = policyOf('dataset: flights\nowner: me\nprovider: {type: files, path: /x}\n');
    const { freshnessColumn: _, ...rest } = registered();
    assert.deepEqual(whole, {
      ...rest,
      policy: { alertsPerMonth: 1 },
      checks: [],
      columns: [],
      segments: [],
      missingValues: [],
    });
  });

  it('names what is wrong in the file', () => {
    const wrong = withPolicy(registered(), { yaml: 'policy: {alerts: 9}\n', file: 'policy.yaml' });
    assert.ok(!wrong.ok);
    assert.equal(wrong.error.code, 'CHECKS_INVALID');
    assert.match(wrong.error.message, /policy\.yaml/);
  });
});

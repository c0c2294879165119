import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SetThreshold } from '../../src/core/checks/definition.ts';
import { readDefinition } from '../../src/services/registry/read-definition.ts';
import {
  policyYaml,
  readPolicy,
  thresholdsOf,
  usualLearning,
  withThresholds,
} from '../../web/src/pages/dataset/policy/policy-draft.ts';
import { thresholdWords } from '../../web/src/pages/dataset/policy/threshold-words.ts';

const yaml = `dataset: flights
owner: ops@example.org
provider: {type: files, path: "*.csv"}
policy: {alerts_per_month: 2, holidays: US}
missing_values: ["", "N/A"]
segments: [{columns: [origin], metrics: [row_count]}]
checks:
  - freshness: {must_be_less_than: 26h}
  - failed_rows: {name: "a \\"name\\": odd", query: "select * from data where delay < 0"}
columns:
  - name: "null"
    checks: [{avg: {must_be_between: [1, 5], level: warn, learned: false}}]
  - name: delay
    checks: [{percentile: {percentile: 0.999, must_be_less_than: 120}}, {invalid_percent: {valid_min: 0, must_be: 0}}]
`;

function registered() {
  const read = readDefinition(yaml, { file: 'flights.yaml', baseDirectory: '/srv' });
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}

const above: SetThreshold = {
  kind: 'set',
  level: 'fail',
  conditions: [{ operator: 'must_be_greater_than', value: 3 }],
};

describe('a draft of a policy', () => {
  it('reads back as the same from its text', () => {
    const definition = registered();
    assert.deepEqual(readPolicy(policyYaml(definition), definition), { ok: true, value: definition });
  });

  it('says all that is wrong with a text, and where', () => {
    const read = readPolicy(
      'policy: {alerts_per_month: many}\nchecks: [{row_cout: {must_be: 1}}]',
      registered(),
    );
    assert.ok(!read.ok);
    assert.match(read.error.join('\n'), /alerts_per_month/);
    assert.match(read.error.join('\n'), /did you mean “row_count”/);
    assert.ok(!readPolicy('checks: [', registered()).ok);
  });

  it('changes the thresholds of one metric, and leaves the others', () => {
    const before = registered();
    const after = withThresholds(before, 'delay.p99.9', {
      learned: { ...usualLearning, direction: 'up' },
      sets: [above],
    });
    assert.equal(
      thresholdWords('delay.p99.9', thresholdsOf(after, 'delay.p99.9')),
      'must be greater than 3; learned, only a rise',
    );
    assert.deepEqual(after.checks, before.checks);
    assert.deepEqual(after.columns[1]?.checks.at(-1), before.columns[1]?.checks.at(-1));
    assert.deepEqual(readPolicy(policyYaml(after), before), { ok: true, value: after });
  });

  it('begins to say something about a metric, and says nothing where all is as usual', () => {
    const before = registered();
    const off = withThresholds(before, 'delay.max', {
      learned: { ...usualLearning, enabled: false },
      sets: [],
    });
    assert.equal(thresholdWords('delay.max', thresholdsOf(off, 'delay.max')), 'not learned');
    const same = withThresholds(before, 'other.max', { learned: usualLearning, sets: [] });
    assert.deepEqual(same, before);
  });

  it('keeps the question of a query when its bound changes', () => {
    const key = 'failed_rows(a "name": odd)';
    const before = registered();
    assert.equal(thresholdsOf(before, key).sets.length, 1);
    const after = withThresholds(before, key, { learned: usualLearning, sets: [above] });
    const [check] = thresholdsOf(after, key).sets;
    assert.equal(check?.settings['query'], 'select * from data where delay < 0');
    assert.deepEqual(check?.threshold, above);
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeChecks } from '../../../src/core/datasets/decode.ts';
import { type RuleCounts, validityFamily } from '../../../src/core/metrics/families/validity.ts';
import { stateEntry } from '../../../src/core/metrics/family.ts';
import { decodeProfile, encodeProfile } from '../../../src/core/metrics/profile-codec.ts';
import { definitionOf, judgeNext, resultOf } from './flights.ts';

it('makes a rule that could not be asked an error of its checks, and of nothing else', () => {
  const decoded = decodeChecks({
    columns: [
      {
        name: 'origin',
        checks: [
          { invalid_count: { valid_regex: '([', must_be: 0 } },
          { invalid_percent: { valid_regex: '^[A-Z]{3}$', must_be_less_than: 5 } },
        ],
      },
    ],
  });
  assert.ok(decoded.ok, JSON.stringify(decoded));
  const rules: readonly RuleCounts[] = [
    { kind: 'refused', label: 'regex=([', reason: 'missing ]' },
    { kind: 'judged', label: 'regex=^[A-Z]{3}$', judged: 200, invalid: 20 },
  ];
  const withRules = (bytes: Uint8Array): Uint8Array => {
    const profile = decodeProfile(bytes);
    assert.ok(profile.ok);
    const columns = profile.value.columns.map((column) => {
      if (column.name !== 'origin') return column;
      return { ...column, states: new Map([...column.states, stateEntry(validityFamily, rules)]) };
    });
    return encodeProfile({ ...profile.value, columns });
  };
  const definition = { ...definitionOf(), columns: decoded.value.columns };
  const evaluation = judgeNext({}, definition, (target) => ({
    ...target,
    profiles: target.profiles.map(withRules),
  }));
  const refused = resultOf(evaluation, 'origin.invalid_count(regex=([) must be 0');
  assert.equal(refused.status, 'error');
  assert.deepEqual(refused.record, {
    kind: 'error',
    code: 'CHECKS_INVALID',
    message: '“regex=([” of the column “origin” can not be checked: missing ]',
  });
  const judged = resultOf(evaluation, 'origin.invalid_percent(regex=^[A-Z]{3}$) must be less than 5 %');
  assert.deepEqual([judged.status, judged.value], ['fail', 10]);
  assert.equal(evaluation.results.filter(({ status }) => status === 'error').length, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { describeDefinitionChange, diffDefinitions } from '../../../src/core/datasets/diff.ts';

const before = {
  dataset: 'flights',
  owner: 'ops@example.org',
  followers: ['a@example.org', 'b@example.org'],
  provider: { type: 'files', path: '/data/*.csv' },
  partition: { column: 'date', by: 'day' },
  policy: { alerts_per_month: 1 },
  columns: [
    { name: 'delay', checks: [{ null_percent: { must_be_less_than: 5 } }] },
    { name: 'origin', checks: [{ empty_count: { must_be: 0 } }] },
  ],
};

function definitionOf(input: unknown): DatasetDefinition {
  const decoded = decodeDataset(input);
  assert.ok(decoded.ok);
  return decoded.value;
}

function changes(from: unknown, to: unknown): string[] {
  const old = from === undefined ? undefined : definitionOf(from);
  return diffDefinitions(old, definitionOf(to)).map(describeDefinitionChange);
}

test('equal definitions have no differences, and the order of columns and checks is none', () => {
  assert.deepEqual(changes(before, before), []);
  assert.deepEqual(changes(before, { ...before, columns: before.columns.toReversed() }), []);
});

test('says what was added, removed and changed in the words of the file', () => {
  const after = {
    ...before,
    followers: ['b@example.org', 'c@example.org'],
    policy: { alerts_per_month: 3 },
    partition: { file: true },
    backfill: undefined,
    columns: [
      {
        name: 'delay',
        checks: [{ null_percent: { must_be_less_than: 3, level: 'warn' } }, { avg: { learned: false } }],
      },
    ],
  };
  assert.deepEqual(changes(before, after), [
    '+ followers[1] c@example.org',
    '- followers[0] a@example.org',
    '- partition.column date',
    '- partition.by day',
    '+ partition.file true',
    '~ policy.alerts_per_month 1 → 3',
    '~ columns.delay.checks[0].null_percent.must_be_less_than 5 → 3',
    '~ columns.delay.checks[0].null_percent.level fail → warn',
    '+ columns.delay.checks[1] {avg: {learned: false}}',
    '- columns.origin.checks[0] {empty_count: {must_be: 0, level: fail}}',
  ]);
});

test('a column without checks is a difference as well', () => {
  const columns = [...before.columns, { name: 'gate' }];
  assert.deepEqual(changes(before, { ...before, columns }), ['+ columns.gate.checks []']);
});

test('a new dataset is all added', () => {
  const lines = changes(undefined, before);
  assert.ok(lines.includes('+ dataset flights'));
  assert.ok(lines.every((line) => line.startsWith('+ ')));
});

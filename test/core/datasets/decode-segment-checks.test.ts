import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../src/base/limits.ts';
import { encodeDataset } from '../../../src/core/datasets/decode/encode.ts';
import { knownMetrics } from '../../../src/core/datasets/decode/known-metrics.ts';
import { formatPath } from '../../../src/core/datasets/decode/place.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { describeDefinitionChange, diffDefinitions } from '../../../src/core/datasets/diff.ts';
import { familiesOf } from '../../../src/core/metrics/catalogue.ts';
import { baseMetric, segmentMetricNames } from '../../../src/core/metrics/segments/segment-metrics.ts';

const least = {
  dataset: 'flights',
  owner: 'ops@example.org',
  provider: { type: 'files', path: '/data/*.csv' },
};

function definitionOf(more: Record<string, unknown>): DatasetDefinition {
  const decoded = decodeDataset({ ...least, ...more });
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.value;
}

function issueOf(more: Record<string, unknown>): string {
  const decoded = decodeDataset({ ...least, ...more });
  assert.ok(!decoded.ok, 'the definition should not be valid');
  return decoded.error.map((issue) => `${formatPath(issue.path)}: ${issue.message}`).join('\n');
}

const byOrigin = (...checks: unknown[]): Record<string, unknown> => ({
  segments: [{ columns: ['origin'], checks }],
});
const atLeast = (value: number): unknown => ({
  kind: 'set',
  level: 'fail',
  conditions: [{ operator: 'must_be_greater_than_or_equal', value }],
});

test('a check of groups is about every group, or about one by its values', () => {
  const bound = { must_be_greater_than_or_equal: 3 };
  const { segments } = definitionOf({
    segments: [
      {
        columns: ['origin'],
        checks: [
          { row_count: bound },
          { avg: { column: 'delay', group: 'SFO', ...bound } },
          { percentile: { column: 'delay', percentile: 0.9, group: 7, ...bound } },
          { min: { column: 'delay', group: '∅', ...bound, name: 'unknown' } },
        ],
      },
      { columns: ['origin', 'open'], checks: [{ row_count: { group: [null, true], ...bound } }] },
    ],
  });
  const threshold = atLeast(3);
  assert.deepEqual(segments[0]?.checks, [
    { metric: 'row_count', settings: {}, threshold },
    { metric: 'avg', settings: {}, column: 'delay', group: ['SFO'], threshold },
    { metric: 'percentile', settings: { percentile: 0.9 }, column: 'delay', group: ['7'], threshold },
    { metric: 'min', settings: {}, name: 'unknown', column: 'delay', group: [null], threshold },
  ]);
  assert.deepEqual(segments[1]?.checks?.[0]?.group, [null, 'true']);
});

test('written out, checks of groups are read as the same, and a change of one is told as such', () => {
  const definition = definitionOf(
    byOrigin(
      { row_count: { must_be_greater_than: 3, level: 'warn' } },
      { invalid_percent: { column: 'code', group: [null], valid_regex: '^a', must_be: 0 } },
    ),
  );
  assert.deepEqual(definitionOf(JSON.parse(JSON.stringify(encodeDataset(definition)))), definition);
  const changed = definitionOf(
    byOrigin(
      { row_count: { must_be_greater_than: 4, level: 'warn' } },
      { invalid_percent: { column: 'code', group: [null], valid_regex: '^a', must_be: 0 } },
    ),
  );
  assert.deepEqual(diffDefinitions(definition, changed).map(describeDefinitionChange), [
    '~ segments[0].checks[0].row_count.must_be_greater_than 3 → 4',
  ]);
  const gained = diffDefinitions(definitionOf({ segments: [{ columns: ['origin'] }] }), definition);
  assert.deepEqual(
    gained.map(({ kind, path }) => `${kind} ${path}`),
    ['added segments[0].checks[0]', 'added segments[0].checks[1]'],
  );
});

test('what is valid in a group is what the column says, where the check says nothing', () => {
  const check = { invalid_percent: { column: 'code', must_be: 0 } };
  const said = definitionOf({
    ...byOrigin(check),
    columns: [{ name: 'code', valid_format: 'uuid' }],
  });
  assert.deepEqual(said.segments[0]?.checks?.[0]?.settings, { valid_format: 'uuid' });
  assert.match(
    issueOf(byOrigin(check)),
    /^segments\[0\]\.checks\[0\]\.invalid_percent: must say what is valid/,
  );
  const two = { valid_min: 1, learned: false };
  assert.match(
    issueOf({
      ...byOrigin(check),
      columns: [
        { name: 'code', checks: [{ invalid_count: two }, { invalid_count: { ...two, valid_min: 2 } }] },
      ],
    }),
    /several things/,
  );
});

test('every metric of columns can be asked of groups, whatever the column’s type', () => {
  const names = Object.entries(knownMetrics).flatMap(([name, { of }]) => (of === 'column' ? [name] : []));
  const missing = names.filter((name) => !segmentMetricNames.includes(name));
  // Percentiles are named as they are measured: p95.
  assert.deepEqual(missing, ['percentile']);
  const kinds = ['integer', 'float', 'string', 'boolean', 'date', 'timestamp', 'time'] as const;
  const context = { type: { kind: 'string', native: 'VARCHAR' }, rows: 0 } as const;
  const given = kinds.flatMap((kind) =>
    familiesOf(kind).flatMap((family) =>
      family.metrics(family.empty(), context).map(({ metric }) => baseMetric(metric)),
    ),
  );
  const unnamed = given.filter((name) => !segmentMetricNames.includes(name) && !/^p\d/.test(name));
  assert.deepEqual(unnamed, []);
});

test('what does not fit a group is refused where it stands', () => {
  const bound = { must_be_greater_than: 3 };
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ freshness: { must_be_less_than: '1h' } }, /freshness: must be a metric of groups/],
    [{ avgs: { column: 'a', ...bound } }, /did you mean “avg”/],
    [{ avg: bound }, /avg\.column: is missing/],
    [{ row_count: { column: 'a', ...bound } }, /column: does not go with row_count/],
    [{ avg: { column: 'origin', ...bound } }, /column: is what the rows are grouped by/],
    [{ row_count: { group: ['SFO', 'AA'], ...bound } }, /group: must be one value/],
    [{ row_count: { group: null, ...bound } }, /group: is empty.*∅/],
    [{ row_count: { group: 'x'.repeat(65), ...bound } }, /group: must have at most 64 characters/],
    [{ row_count: {} }, /row_count: has no bound/],
    [{ row_count: { must_be_less_than: 0 } }, /can never hold/],
    [{ row_count: { learned: false } }, /learned: is said in the checks of the column/],
    [{ null_percent: { column: 'a', must_be: 101 } }, /must_be: must be at least 0 and at most 100/],
  ];
  for (const [check, message] of cases) assert.match(issueOf(byOrigin(check)), message);
  const same = { row_count: bound };
  assert.match(issueOf(byOrigin(same, same)), /the same check as item \[0\]/);
  const many = Array.from({ length: limits.segmentChecksMax + 1 }, (_, at) => ({
    row_count: { group: at, must_be_greater_than: 3 },
  }));
  assert.match(issueOf(byOrigin(...many)), /at most 50 checks/);
  const wide = {
    columns: ['origin'],
    limit: 200,
    checks: many.slice(0, 6).map((_, at) => ({ row_count: { must_be_greater_than: at } })),
  };
  assert.match(
    issueOf({ segments: [wide] }),
    /^segments: checks of at most 990 groups together, here are 1200/,
  );
});

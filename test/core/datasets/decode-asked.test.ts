import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../src/base/limits.ts';
import { checkKey, metricLabel } from '../../../src/core/checks/describe-check.ts';
import { partitionQueries } from '../../../src/core/checks/partition-queries.ts';
import { encodeDataset } from '../../../src/core/datasets/decode/encode.ts';
import { formatPath } from '../../../src/core/datasets/decode/place.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import { describeDefinitionChange, diffDefinitions } from '../../../src/core/datasets/diff.ts';
import { measurePlan } from '../../../src/core/datasets/measure-plan.ts';

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

function issuesOf(more: Record<string, unknown>): string[] {
  const decoded = decodeDataset({ ...least, ...more });
  assert.ok(!decoded.ok, 'the definition should not be valid');
  return decoded.error.map((issue) => `${formatPath(issue.path)}: ${issue.message}`);
}

const speed = { name: 'mean speed', query: 'select avg(distance / hours)\nfrom data\n' };
const negative = { name: 'negative distance', query: 'select * from data where distance < 0' };
const learned = { kind: 'learned', enabled: true, direction: 'both', sensitivity: 'medium' };

test('a custom query is learned unless a bound is set; rows that should not exist may not', () => {
  const { checks } = definitionOf({
    checks: [
      { custom_sql: { ...speed, must_be_between: [100, 700], level: 'warn', learned: false } },
      { custom_sql: { name: 'planes', query: 'select count(distinct tail) from data' } },
      { failed_rows: negative },
    ],
  });
  const query = 'select avg(distance / hours)\nfrom data';
  const between = { operator: 'must_be_between', low: 100, high: 700 };
  assert.deepEqual(checks, [
    {
      metric: 'custom_sql',
      name: 'mean speed',
      settings: { query },
      threshold: { kind: 'set', level: 'warn', conditions: [between] },
    },
    {
      metric: 'custom_sql',
      name: 'mean speed',
      settings: { query },
      threshold: { ...learned, enabled: false },
    },
    {
      metric: 'custom_sql',
      name: 'planes',
      settings: { query: 'select count(distinct tail) from data' },
      threshold: learned,
    },
    {
      metric: 'failed_rows',
      name: 'negative distance',
      settings: { query: negative.query },
      threshold: { kind: 'set', level: 'fail', conditions: [{ operator: 'must_be', value: 0 }] },
    },
  ]);
  assert.deepEqual(checks.map(metricLabel), [
    'custom_sql(mean speed)',
    'custom_sql(mean speed)',
    'custom_sql(planes)',
    'failed_rows(negative distance)',
  ]);
  const [first] = checks;
  assert.ok(first);
  assert.equal(checkKey(first), 'custom_sql(mean speed) must be between 100 and 700');
});

test('each question is put once, and only for checks that need all rows', () => {
  const definition = definitionOf({
    checks: [
      { custom_sql: { ...speed, must_be_greater_than: 100 } },
      { custom_sql: { ...speed, must_be_greater_than: 200, level: 'warn' } },
      { duplicate_row_count: { learned: true } },
    ],
    columns: [
      { name: 'id', checks: [{ duplicate_count: { must_be: 0 } }, { duplicate_percent: { must_be: 0 } }] },
      { name: 'tail', checks: [{ duplicate_percent: { learned: true, direction: 'up' } }] },
    ],
  });
  assert.deepEqual(partitionQueries(definition), [
    { kind: 'custom_sql', metric: 'custom_sql(mean speed)', sql: 'select avg(distance / hours)\nfrom data' },
    { kind: 'duplicate_rows', metric: 'duplicate_row_count' },
    { kind: 'duplicate_values', metric: 'id.duplicate_count', column: 'id' },
  ]);
});

test('what a column says is valid holds for its checks, and is measured without any', () => {
  const definition = definitionOf({
    columns: [
      {
        name: 'origin',
        valid_regex: '^[A-Z]{3}$',
        checks: [
          { invalid_percent: { must_be: 0 } },
          { invalid_count: { valid_values: ['SFO', 5, true], must_be_less_than: 9, level: 'warn' } },
        ],
      },
      { name: 'mail', valid_format: 'email' },
      { name: 'day', checks: [{ invalid_percent: { valid_min: '2001-01-01', valid_max: '2001-12-31' } }] },
    ],
  });
  assert.deepEqual(measurePlan(definition).validity, [
    { column: 'origin', regex: '^[A-Z]{3}$' },
    { column: 'origin', regex: '^[A-Z]{3}$', values: ['SFO', '5', 'true'] },
    { column: 'mail', format: 'email' },
    { column: 'day', min: '2001-01-01', max: '2001-12-31' },
  ]);
  const mail = definition.columns[1]?.checks;
  assert.deepEqual(mail, [
    { metric: 'invalid_percent', settings: { valid_format: 'email' }, threshold: learned },
  ]);
  assert.deepEqual(definition.columns[0]?.checks.map(metricLabel), [
    'invalid_percent(regex=^[A-Z]{3}$)',
    'invalid_count(values=5,SFO,true regex=^[A-Z]{3}$)',
  ]);
});

test('segments of columns and of the top are one list', () => {
  const definition = definitionOf({
    segments: [
      { columns: ['origin', 'carrier'], limit: 50, metrics: ['row_count', 'avg'] },
      { columns: ['kind'] },
    ],
    columns: [{ name: 'origin', segment: true }],
  });
  const usual = { groupsMax: limits.segmentGroupsDefault, metrics: ['row_count', 'null_percent', 'avg'] };
  assert.deepEqual(definition.segments, [
    { columns: ['origin', 'carrier'], groupsMax: 50, metrics: ['row_count', 'avg'] },
    { columns: ['kind'], ...usual },
    { columns: ['origin'], ...usual },
  ]);
  assert.deepEqual(measurePlan(definition).segments, definition.segments);
});

test('reads holidays and special days', () => {
  const { policy } = definitionOf({
    policy: { holidays: 'DE-BY', special_days: [{ name: 'sale', dates: ['2001-11-23', '2002-11-29'] }] },
  });
  assert.deepEqual(policy, {
    alertsPerMonth: 1,
    holidays: 'DE-BY',
    specialDays: [{ name: 'sale', dates: ['2001-11-23', '2002-11-29'] }],
  });
});

test('says what is wrong, where, and what to do', () => {
  const column = (checks: unknown[], more = {}): Record<string, unknown> => ({
    columns: [{ name: 'a', checks, ...more }],
  });
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ checks: [{ custom_sql: { query: 'select 1' } }] }, /^checks\[0\]\.custom_sql\.name: is missing$/],
    [{ checks: [{ custom_sql: { name: 'a' } }] }, /^checks\[0\]\.custom_sql\.query: is missing$/],
    [{ checks: [{ custom_sql: { name: 'a\nb', query: 'select 1' } }] }, /name: must be one line of text/],
    [
      { checks: [{ custom_sql: { name: 'a', query: ' '.repeat(9) } }] },
      /^checks\[0\]\.custom_sql\.query: must not be empty/,
    ],
    [
      { checks: [{ failed_rows: { name: 'a', query: 'x'.repeat(limits.queryCharactersMax + 1) } }] },
      /query: must have at most 10000 characters/,
    ],
    [
      { checks: [{ custom_sql: speed }, { failed_rows: { ...negative, name: speed.name } }] },
      /^checks\[1\]: another query has the name “mean speed” already/,
    ],
    [
      { checks: [{ row_count: { query: 'select 1', must_be: 1 } }] },
      /query: goes with custom_sql and failed_rows/,
    ],
    [{ checks: [{ row_count: { segment: true, must_be: 1 } }] }, /segment: stands at the column/],
    [{ checks: [{ duplicate_row_count: {} }] }, /says nothing/],
    [column([{ invalid_percent: { must_be: 0 } }]), /must say what is valid: valid_values, valid_regex/],
    [
      column([{ avg: { valid_min: 0, must_be: 0 } }]),
      /valid_min: goes with invalid_percent and invalid_count/,
    ],
    [column([], { valid_format: 'mail' }), /^columns\[0\]\.valid_format: must be email/],
    [column([], { valid_regex: 'a(?=b)' }), /look-ahead and look-behind are not supported/],
    [column([], { valid_regex: '(a)\\1' }), /back-references are not supported/],
    [column([], { valid_values: [] }), /^columns\[0\]\.valid_values: must have at least one item/],
    [
      column([], { valid_min: 5, valid_max: 1 }),
      /^columns\[0\]\.valid_max: no value is at least 5 and at most 1/,
    ],
    [column([], { valid_min: 5, valid_max: '2001-01-01' }), /both numbers, or both dates/],
    [column([], { valid_min: 'x' }), /must be a number, or a date/],
    [{ segments: [{ columns: ['a', 'b', 'c'] }] }, /^segments\[0\]\.columns: one or two columns/],
    [
      { segments: [{ columns: ['a'], limit: 5_000 }] },
      /^segments\[0\]\.limit: must be at least 1 and at most/,
    ],
    [
      { segments: [{ columns: ['a'], metrics: ['freshness'] }] },
      /^segments\[0\]\.metrics\[0\]: must be a metric of segments/,
    ],
    [
      { segments: [{ columns: ['a'] }], ...column([], { segment: true }) },
      /^columns\[0\]\.segment: stands in segments at the top as well/,
    ],
    [
      { policy: { holidays: 'Germany' } },
      /^policy\.holidays: must be a country or region code such as US or DE-BY/,
    ],
    [
      { policy: { special_days: [{ name: 'x', dates: ['2001-02-30'] }] } },
      /^policy\.special_days\[0\]\.dates\[0\]: must be a date/,
    ],
    [
      {
        policy: {
          special_days: [
            { name: 'x', dates: ['2001-02-03'] },
            { name: 'y', dates: ['2001-02-03'] },
          ],
        },
      },
      /^policy\.special_days\[1\]: the same name or date as item \[0\]/,
    ],
  ];
  for (const [more, expected] of cases) {
    const issues = issuesOf(more);
    assert.equal(issues.length, 1, issues.join('\n'));
    assert.match(issues[0] ?? '', expected);
  }
});

test('a definition asks for a bounded number of queries', () => {
  const queries = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ custom_sql: { name: `q${index}`, query: 'select 1' } }));
  assert.equal(definitionOf({ checks: queries(limits.queriesPerDatasetMax) }).checks.length, 24);
  assert.match(
    issuesOf({ checks: queries(limits.queriesPerDatasetMax + 1) })[0] ?? '',
    /^checks: at most 24/,
  );
});

test('queries, validity, segments and special days written out are read as the same', () => {
  const threshold = fc.constantFrom(
    {},
    { must_be_less_than: 9, level: 'warn' },
    { learned: false },
    {
      must_be: 3,
      learned: true,
      direction: 'up',
    },
  );
  const query = fc.record({ name: fc.constantFrom('a', 'b (c)', 'ß.x'), query: fc.constant('select 1') });
  const metric = fc.constantFrom('custom_sql', 'failed_rows');
  const queries = fc
    .uniqueArray(fc.tuple(metric, query, threshold), { selector: ([, { name }]) => name })
    .map((all) => all.map(([key, body, bound]) => ({ [key]: { ...body, ...bound } })));
  const validity = fc.constantFrom(
    { valid_values: ['a', ''] },
    { valid_regex: '^\\d+$' },
    { valid_min: 0, valid_max: 5 },
  );
  const column = fc.record({ name: fc.constantFrom('a', 'b'), segment: fc.boolean() });
  const columns = fc.uniqueArray(
    fc.tuple(column, fc.oneof(validity, fc.constant({})), threshold).map(([one, valid, bound]) => ({
      ...one,
      ...valid,
      checks: Object.keys(valid).length * Object.keys(bound).length === 0 ? [] : [{ invalid_percent: bound }],
    })),
    { selector: ({ name }) => name },
  );
  const policy = fc.constantFrom(
    {},
    { holidays: 'US', special_days: [{ name: 'x', dates: ['2001-12-24'] }] },
  );
  fc.assert(
    fc.property(fc.record({ checks: queries, columns, policy }), (more) => {
      const definition = definitionOf(more);
      assert.deepEqual(decodeDataset(encodeDataset(definition)), { ok: true, value: definition });
    }),
  );
});

test('a changed query is shown as a change of its check', () => {
  const before = definitionOf({ checks: [{ failed_rows: negative }] });
  const after = definitionOf({ checks: [{ failed_rows: { ...negative, query: 'select * from data' } }] });
  assert.deepEqual(diffDefinitions(before, after).map(describeDefinitionChange), [
    '~ checks[0].failed_rows.query "select * from data where distance < 0" → "select * from data"',
  ]);
});

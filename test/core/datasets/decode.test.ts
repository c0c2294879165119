import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hour } from '../../../src/base/units.ts';
import { encodeDataset } from '../../../src/core/datasets/decode/encode.ts';
import { formatPath } from '../../../src/core/datasets/decode/place.ts';
import { decodeChecks, decodeDataset } from '../../../src/core/datasets/decode.ts';

const least = {
  dataset: 'flights',
  owner: 'ops@example.org',
  provider: { type: 'files', path: '/data/*.csv' },
};

function issuesOf(input: unknown): string[] {
  const decoded = decodeDataset(input);
  assert.ok(!decoded.ok, 'the definition should not be valid');
  return decoded.error.map((issue) => `${formatPath(issue.path)}: ${issue.message}`);
}

function definitionOf(more: Record<string, unknown>) {
  const decoded = decodeDataset({ ...least, ...more });
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.value;
}

/** The issues of the smallest right definition with some keys more. */
function issuesWith(more: Record<string, unknown>): string[] {
  return issuesOf({ ...least, ...more });
}

function checkIssues(...checks: unknown[]): string[] {
  return issuesWith({ columns: [{ name: 'a', checks }] });
}

test('reads every key of the language', () => {
  const definition = definitionOf({
    followers: ['science@example.org', 'science@example.org'],
    description: 'All flights',
    provider: {
      type: 'files',
      path: 'flights-*.txt',
      format: 'csv',
      csv: { delimiter: ';', header: false, encoding: 'latin-1', null_values: ['NA', ''] },
    },
    partition: { column: 'date', by: 'day' },
    publish: { type: 'periodic', cron: ' 0  6 * * mon-fri', time_zone: 'America/New_York' },
    backfill: { from: '2001-01-01', to: '2001-06' },
    policy: { alerts_per_month: 2.5 },
    missing_values: ['', 'N/A', -999],
    freshness_column: 'landed_at',
    checks: [{ freshness: { must_be_less_than: '26h' } }],
    columns: [
      {
        name: 'delay',
        checks: [
          { percentile: { percentile: 0.95, must_be_between: [0, 90], level: 'warn', name: 'late flights' } },
          { avg: { learned: true, direction: 'up', sensitivity: 'high' } },
        ],
      },
    ],
    notify: [{ webhook: { url: 'https://example.org/hook', secret: '${env:HOOK_SECRET}' } }],
    limits: { rejected_percent_max: 0.5 },
  });
  assert.deepEqual(definition, {
    dataset: 'flights',
    owner: 'ops@example.org',
    followers: ['science@example.org'],
    description: 'All flights',
    provider: {
      type: 'files',
      path: 'flights-*.txt',
      format: 'csv',
      csv: { delimiter: ';', header: false, encoding: 'latin-1', nullValues: ['NA', ''] },
    },
    partition: { kind: 'time', column: 'date', by: 'day' },
    publish: { type: 'periodic', cron: '0 6 * * mon-fri', timeZone: 'America/New_York' },
    backfill: { from: '2001-01-01', to: '2001-06' },
    policy: { alertsPerMonth: 2.5 },
    missingValues: ['', 'N/A', '-999'],
    freshnessColumn: 'landed_at',
    checks: [
      {
        metric: 'freshness',
        settings: {},
        threshold: {
          kind: 'set',
          level: 'fail',
          conditions: [{ operator: 'must_be_less_than', value: 26 * hour }],
        },
      },
    ],
    columns: [
      {
        name: 'delay',
        checks: [
          {
            metric: 'percentile',
            name: 'late flights',
            settings: { percentile: 0.95 },
            threshold: {
              kind: 'set',
              level: 'warn',
              conditions: [{ operator: 'must_be_between', low: 0, high: 90 }],
            },
          },
          {
            metric: 'avg',
            settings: {},
            threshold: { kind: 'learned', enabled: true, direction: 'up', sensitivity: 'high' },
          },
        ],
      },
    ],
    notify: [
      {
        type: 'webhook',
        url: 'https://example.org/hook',
        secret: { from: 'environment', name: 'HOOK_SECRET' },
      },
    ],
    segments: [],
    limits: { rejectedPercentMax: 0.5 },
  });
});

test('fills in the defaults: one partition, static, one alert a month, a twentieth of the rows rejected', () => {
  const definition = definitionOf({ followers: null });
  assert.deepEqual(definition.partition, { kind: 'none' });
  assert.deepEqual(definition.publish, { type: 'static' });
  assert.deepEqual(definition.policy, { alertsPerMonth: 1 });
  assert.deepEqual(definition.limits, { rejectedPercentMax: 5 });
  assert.deepEqual(definition.followers, []);
});

test('reads every form of partition', () => {
  const forms: [unknown, unknown][] = [
    ['none', { kind: 'none' }],
    [
      { column: 'at', by: 'hour' },
      { kind: 'time', column: 'at', by: 'hour' },
    ],
    [{ columns: ['country', 'kind'] }, { kind: 'columns', columns: ['country', 'kind'] }],
    [{ path: 'year/month' }, { kind: 'path', keys: ['year', 'month'] }],
    [{ file: true }, { kind: 'file' }],
  ];
  for (const [partition, rule] of forms) assert.deepEqual(definitionOf({ partition }).partition, rule);
});

test('reports every issue, not only the first', () => {
  assert.deepEqual(
    issuesOf({
      dataset: 'Flights!',
      ownr: 'x',
      provider: { type: 'files' },
      partition: { colum: 'date', by: 'day' },
      columns: [{ name: 'a', checks: [{ av: { must_be: 1 } }] }],
    }),
    [
      'ownr: unknown key; did you mean “owner”?',
      'dataset: must consist of lower-case letters, digits, “.”, “_” and “-”, up to 100, starting with a letter or digit; is “Flights!”',
      'owner: is missing',
      'provider.path: is missing',
      'partition.colum: unknown key; did you mean “column”?',
      'columns[0].checks[0].av: unknown metric; did you mean “avg”?',
    ],
  );
});

test('refuses contradictions', () => {
  const contradictions: [Record<string, unknown>, RegExp][] = [
    [{ partition: { column: 'a', by: 'day', path: 'year' } }, /^partition: has both column and path/],
    [{ partition: { columns: ['a'], by: 'day' } }, /^partition.by: goes with column/],
    [{ partition: { columns: ['a', 'a'] } }, /^partition.columns\[1\]: the same column as item \[0\]/],
    [{ publish: { type: 'static', cron: '0 6 * * *' } }, /^publish.cron: goes with type: periodic only/],
    [{ backfill: { from: '2001-01-01' } }, /^backfill: has no meaning without partitions/],
    [
      { partition: { column: 'a', by: 'day' }, backfill: { from: '2001-02-01', to: '2001-01-31' } },
      /^backfill: ends \(2001-01-31\) before it begins \(2001-02-01\)/,
    ],
    [
      { provider: { type: 'files', path: 'a', format: 'parquet', csv: { header: true } } },
      /^provider.csv: does not go with format: parquet/,
    ],
    [{ columns: [{ name: 'a' }, { name: 'a' }] }, /^columns\[1\]: the same column as item \[0\]/],
  ];
  for (const [more, expected] of contradictions) {
    const issues = issuesWith(more);
    assert.equal(issues.length, 1, issues.join('\n'));
    assert.match(issues[0] ?? '', expected);
  }
});

test('refuses bounds that no value can meet, percentages beyond 0–100 and ranges the wrong way round', () => {
  assert.match(
    checkIssues({ avg: { must_be_less_than: 5, must_be_greater_than: 10 } })[0] ?? '',
    /can never hold/,
  );
  assert.match(checkIssues({ avg: { must_be: 5, must_not_be: 5 } })[0] ?? '', /can never hold/);
  assert.match(
    checkIssues({ null_count: { must_be_less_than: 0 } })[0] ?? '',
    /for a count, which is 0 or more/,
  );
  assert.match(
    checkIssues({ null_percent: { must_be_less_than: 101 } })[0] ?? '',
    /at least 0 and at most 100/,
  );
  assert.match(checkIssues({ avg: { must_be_between: [5, 1] } })[0] ?? '', /lower bound must stand first/);
  assert.equal(
    definitionOf({ columns: [{ name: 'a', checks: [{ avg: { must_be_between: [5, 5] } }] }] }).columns.length,
    1,
  );
});

test('never finds bounds impossible that some value meets', () => {
  const bound = fc.integer({ min: -3, max: 3 });
  const body = fc.record(
    {
      must_be_greater_than: bound,
      must_be_less_than_or_equal: bound,
      must_not_be: bound,
      must_be_not_between: fc.tuple(bound, bound).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(body, (bounds) => {
      const candidates = Array.from({ length: 33 }, (_, index) => index / 4 - 4);
      const isMet = candidates.some(
        (value) =>
          value > bounds.must_be_greater_than &&
          value <= bounds.must_be_less_than_or_equal &&
          value !== bounds.must_not_be &&
          !(value >= (bounds.must_be_not_between[0] ?? 0) && value <= (bounds.must_be_not_between[1] ?? 0)),
      );
      const decoded = decodeChecks({ columns: [{ name: 'a', checks: [{ avg: bounds }] }] });
      if (isMet) assert.ok(decoded.ok);
    }),
  );
});

test('takes the learned threshold and set bounds of one item as two checks', () => {
  const definition = definitionOf({
    columns: [
      { name: 'a', checks: [{ null_percent: { must_be_less_than: 5, learned: false, name: 'full' } }] },
    ],
  });
  assert.deepEqual(
    definition.columns[0]?.checks.map((check) => [check.name, check.threshold.kind]),
    [
      ['full', 'set'],
      [undefined, 'learned'],
    ],
  );
});

test('refuses settings that have nothing to act on, and checks that say nothing', () => {
  assert.match(checkIssues({ avg: { direction: 'up' } })[0] ?? '', /direction: goes with learned: true/);
  assert.match(
    checkIssues({ avg: { learned: true, level: 'warn' } })[0] ?? '',
    /level: goes with a set bound/,
  );
  assert.match(checkIssues({ avg: {} })[0] ?? '', /says nothing/);
  assert.match(checkIssues({ avg: null })[0] ?? '', /says nothing/);
  assert.match(checkIssues({ avg: { name: 'x' } })[0] ?? '', /has no bound/);
  assert.match(checkIssues({ avg: null, must_be: 3 })[0] ?? '', /indent “must_be” below “avg”/);
});

test('allows several bounds for one metric, and refuses the same check twice', () => {
  const warnAndFail = [
    { null_percent: { must_be_less_than: 5, level: 'warn' } },
    { null_percent: { must_be_less_than: 10 } },
  ];
  assert.equal(definitionOf({ columns: [{ name: 'a', checks: warnAndFail }] }).columns[0]?.checks.length, 2);
  const twice = [{ avg: { must_be: 1 } }, { avg: { must_be: 1, level: 'warn' } }];
  assert.deepEqual(checkIssues(...twice), [
    'columns[0].checks[1]: the same check as item [0]; keep one of them',
  ]);
});

test('says of metrics where they belong and which are still to come', () => {
  assert.match(issuesWith({ checks: [{ avg: { must_be: 1 } }] })[0] ?? '', /is a metric of a column/);
  assert.match(checkIssues({ row_count: { must_be: 1 } })[0] ?? '', /is a metric of the whole dataset/);
  assert.match(
    issuesWith({ checks: [{ row_count: { must_be: 1, where: 'a > 1' } }] })[0] ?? '',
    /^checks\[0\].row_count.where: is not supported yet in this version/,
  );
  assert.match(issuesWith({ notify: [{ log: {} }] })[0] ?? '', /^notify\[0\].log: is not supported yet/);
});

test('refuses durations without a unit, wrong cron fields and unknown time zones', () => {
  assert.match(issuesWith({ checks: [{ freshness: { must_be_less_than: 26 } }] })[0] ?? '', /such as 26h/);
  const periodic = (cron: string, zone = 'UTC'): string =>
    issuesWith({ publish: { type: 'periodic', cron, time_zone: zone } })[0] ?? '';
  assert.match(periodic('0 25 * * *'), /the hour “25” must be/);
  assert.match(periodic('0 6 * *'), /five cron fields.*has 4/);
  assert.match(periodic('0 6 31 2 *'), /never happens/);
  assert.match(periodic('*/0 * * * *'), /the minute/);
  assert.match(periodic('0 6 * * *', 'New York'), /did you mean “America\/New_York”/);
  for (const cron of ['*/15 0-6,12 1,15 jan-mar mon', '0 0 29 2 *', '5 4 31 feb mon']) {
    assert.equal(definitionOf({ publish: { type: 'periodic', cron } }).publish.type, 'periodic');
  }
});

test('refuses a secret in plain text without repeating it', () => {
  const secret = 'hunter2-very-secret';
  for (const [key, value] of [
    ['secret', secret],
    ['secret', `\${env:${secret} }`],
    ['url', `ftp://user:${secret}@example.org`],
    ['url', `https://user:${secret}@example.org/hook`],
  ] as const) {
    const issues = issuesWith({ notify: [{ webhook: { url: 'https://example.org', [key]: value } }] });
    assert.equal(issues.length, 1);
    assert.ok(!issues.join().includes(secret));
  }
});

test('a hostile document gives a bounded list of issues and no exception', () => {
  const checks = Array.from({ length: 5_000 }, (_, index) => ({ [`m${index}`]: {} }));
  assert.equal(issuesWith({ checks }).length, 200);
  const polluted: unknown = JSON.parse('{"dataset":"a","owner":"b","__proto__":{"provider":1}}');
  assert.ok(issuesOf(polluted).some((issue) => issue.startsWith('__proto__: unknown key')));
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      const keys = Object.keys(definitionOf({}));
      const decoded = decodeDataset({ ...least, ...Object.fromEntries(keys.map((key) => [key, anything])) });
      assert.equal(typeof decoded.ok, 'boolean');
    }),
  );
});

test('a definition written out is read as the same', () => {
  const bound = fc.integer({ min: 1, max: 99 });
  const operator = fc.constantFrom(
    'must_be',
    'must_not_be',
    'must_be_less_than',
    'must_be_greater_than_or_equal',
  );
  const level = fc.constantFrom('warn', 'fail');
  const set = fc.tuple(operator, bound, level).map(([key, value, at]) => ({ [key]: value, level: at }));
  const learned = fc.constantFrom(
    { learned: false },
    { learned: true, direction: 'down', sensitivity: 'low' },
  );
  const metric = fc.constantFrom('null_percent', 'avg', 'distinct_count', 'max_length');
  const check = fc.tuple(metric, fc.oneof(set, learned)).map(([name, body]) => ({ [name]: body }));
  const checks = fc.uniqueArray(check, { selector: (one) => Object.keys(one).join() });
  const column = fc.record({ name: fc.constantFrom('a', 'b', 'Größe'), checks });
  const input = fc.record({
    columns: fc.uniqueArray(column, { selector: ({ name }) => name }),
    partition: fc.constantFrom('none', { column: 'at', by: 'month' }, { path: 'year/month' }, { file: true }),
    publish: fc.constantFrom({ type: 'continuous' }, { type: 'periodic', cron: '0 6 * * *' }),
    checks: bound.map((hours) => [{ freshness: { must_be_less_than: `${hours}h` } }]),
    notify: fc.constantFrom([], [{ webhook: { url: 'https://example.org', secret: '${file:hook.key}' } }]),
  });
  fc.assert(
    fc.property(input, (more) => {
      const definition = definitionOf(more);
      const again = decodeDataset(encodeDataset(definition));
      assert.deepEqual(again, { ok: true, value: definition });
    }),
  );
});

test('a checks file holds checks alone, or is a whole dataset definition', () => {
  const checks = [{ row_count: { must_be_greater_than: 0 } }];
  const file = decodeChecks({ checks, csv: { delimiter: ';' }, missing_values: ['-'] });
  assert.ok(file.ok);
  assert.equal(file.value.checks.length, 1);
  assert.deepEqual(file.value.csv, { delimiter: ';' });
  const dataset = decodeChecks({ ...least, checks });
  assert.ok(dataset.ok);
  assert.deepEqual(dataset.value.checks, file.value.checks);
  const wrong = decodeChecks({ owner: 'x', checks });
  assert.ok(!wrong.ok);
});

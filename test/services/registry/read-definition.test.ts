import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { Failure } from '../../../src/base/errors.ts';
import { limits } from '../../../src/base/limits.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import {
  readChecks,
  readDefinition,
  readWithRegions,
} from '../../../src/services/registry/read-definition.ts';

const source = { file: 'flights.yaml', baseDirectory: '/home/me/data' };

const head = `dataset: flights
owner: ops@example.org
provider: {type: files, path: "in/*.csv"}
`;

function failureOf(text: string): Failure {
  const read = readDefinition(text, source);
  assert.ok(!read.ok, 'the file should not be valid');
  return read.error;
}

test('reads a definition, its path from the folder of the file', () => {
  const read = readDefinition(head, source);
  assert.ok(read.ok);
  assert.equal(pathOf(read.value), '/home/me/data/in/*.csv');
  const absolute = readDefinition(head.replace('in/*', '/srv/*'), source);
  assert.ok(absolute.ok);
  assert.equal(pathOf(absolute.value), '/srv/*.csv');
});

test('dates stay text, and “no” is not false', () => {
  const text = `${head}partition: {column: date, by: day}
backfill: {from: 2001-01-01, to: 2001-06-28}
missing_values: [no, 2001-01-01]
`;
  const read = readDefinition(text, source);
  assert.ok(read.ok, JSON.stringify(read));
  assert.deepEqual(read.value.backfill, { from: '2001-01-01', to: '2001-06-28' });
  assert.deepEqual(read.value.missingValues, ['no', '2001-01-01']);
});

test('names file, line and column of everything that is wrong, in the order of the file', () => {
  const error = failureOf(`${head}partition:
  colum: date
  by: day
columns:
  - name: delay
    checks:
      - null_percent: {must_be_less_than: lots}
`);
  assert.equal(error.code, 'DATASET_INVALID');
  assert.equal(error.where, 'flights.yaml:5:3');
  assert.deepEqual(error.message.split('\n'), [
    'flights.yaml:5:3 partition.colum: unknown key; did you mean “column”?',
    'flights.yaml:10:24 columns[0].checks[0].null_percent.must_be_less_than: must be a number, is “lots”',
  ]);
});

test('places a missing key at the map that lacks it', () => {
  const error = failureOf('dataset: flights\nowner: me\nprovider:\n  type: files\n');
  assert.equal(error.message, 'flights.yaml:3:1 provider.path: is missing');
});

test('shows at most twenty issues and counts the rest', () => {
  const checks = Array.from({ length: 30 }, (_, index) => `  - metric_${index}: {must_be: 1}`).join('\n');
  const lines = failureOf(`${head}checks:\n${checks}\n`).message.split('\n');
  assert.equal(lines.length, 21);
  assert.equal(lines.at(-1), '… and 10 more');
});

test('shows wrong syntax with its line and a caret', () => {
  const error = failureOf('dataset: flights\nfollowers: [a, b\nowner: me\n');
  assert.equal(error.code, 'YAML_INVALID');
  assert.match(error.message, /^flights\.yaml:3:1 .*\n {2}3 \| owner: me\n {4}\| \^/);
});

test('says that references stand in quotes when the syntax broke at one', () => {
  const error = failureOf(`${head}notify:\n  - webhook: {url: https://x.org, secret: \${env:KEY}}\n`);
  assert.equal(error.code, 'YAML_INVALID');
  assert.match(error.hint ?? '', /in quotes/);
});

test('refuses repeated keys, several documents and unknown tags', () => {
  assert.match(
    failureOf(`${head}owner: other\n`).message,
    /^flights\.yaml:4:1 the key “owner” stands here twice/,
  );
  assert.match(failureOf(`${head}---\n${head}`).message, /^flights\.yaml:4:1 a second document/);
  assert.match(failureOf(`${head}description: !!js/function "x"\n`).message, /tag/);
});

test('an empty file lacks its keys', () => {
  assert.equal(failureOf('').code, 'DATASET_INVALID');
  assert.equal(failureOf('# only a comment\n').code, 'DATASET_INVALID');
});

test('survives aliases that expand without end, endless nesting, cycles and size', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level++) {
    const [last, next] = [String.fromCodePoint(96 + level), String.fromCodePoint(97 + level)];
    bomb.push(`${next}: &${next} [${Array.from({ length: 9 }, () => `*${last}`).join(', ')}]`);
  }
  assert.equal(failureOf(bomb.join('\n')).code, 'YAML_INVALID');
  assert.match(failureOf('['.repeat(200_000)).code, /_INVALID$/);
  assert.match(failureOf(`${'- '.repeat(100_000)}a`).code, /_INVALID$/);
  assert.equal(failureOf(`${head}checks: &c [*c]\n`).code, 'DATASET_INVALID');
  assert.match(failureOf(`# ${'x'.repeat(limits.yamlBytesMax)}`).message, /larger than 1 MiB/);
});

test('a megabyte of keys takes no time that grows with their square', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `k${index}:`).join('\n');
  const startedMs = performance.now();
  assert.equal(failureOf(keys).code, 'DATASET_INVALID');
  assert.ok(performance.now() - startedMs < 10_000);
});

test('follows aliases to the place that is meant', () => {
  const text = `${head}columns:
  - name: a
    checks: &both
      - avg: {must_be: x}
`;
  assert.match(failureOf(text).message, /^flights\.yaml:7:15 columns\[0\]/);
});

test('reads a file of checks alone', () => {
  const read = readChecks('checks:\n  - row_count: {must_be_greater_than: 0}\n', { file: 'checks.yaml' });
  assert.ok(read.ok);
  assert.equal(read.value.checks.length, 1);
  const wrong = readChecks('check: []\n', { file: 'checks.yaml' });
  assert.ok(!wrong.ok);
  assert.equal(wrong.error.code, 'CHECKS_INVALID');
  assert.equal(wrong.error.message, 'checks.yaml:1:1 check: unknown key; did you mean “checks”?');
});

describe('the holidays of a policy', () => {
  const regions = ['DE', 'DE-BY', 'GB', 'US', 'US-AZ'];
  const textOf = (code: string) => `${head}policy: {holidays: ${code}}\n`;

  it('must be those of a known country or region; the nearest is named', () => {
    assert.ok(readDefinition(textOf('DE-BY'), { ...source, regions }).ok);
    const found = ['DE-BZ', 'UK', 'US-ZZ'].map((code) => {
      const read = readDefinition(textOf(code), { ...source, regions });
      assert.ok(!read.ok);
      assert.equal(read.error.code, 'DATASET_INVALID');
      return /did you mean “(.+)”/.exec(read.error.message)?.[1];
    });
    assert.deepEqual(found, ['DE-BY', 'GB', 'US-AZ']);
  });

  it('are looked up only where there are some', async () => {
    let asked = 0;
    const codes = async () => {
      asked += 1;
      return regions;
    };
    const holidays = { codes, inYear: async () => ({}) };
    const read = (text: string) =>
      readWithRegions((known) => readDefinition(text, { ...source, regions: known }), holidays);
    assert.equal((await read(head)).ok, true);
    assert.equal(asked, 0);
    assert.deepEqual([(await read(textOf('US'))).ok, (await read(textOf('XX'))).ok, asked], [true, false, 2]);
  });
});

function pathOf({ provider }: DatasetDefinition): string | undefined {
  return 'path' in provider ? provider.path : undefined;
}

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { flightsFile } from '../../src/demo/flight-data.ts';
import { readDefinition } from '../../src/services/registry/read-definition.ts';
import { runAssay } from '../support/service-process.ts';
import { temporaryFiles } from '../support/temporary-files.ts';

const root = join(import.meta.dirname, '../..');

type Report = {
  readonly status: string;
  readonly partitions: readonly {
    readonly results: readonly { readonly check: string; readonly status: string }[];
  }[];
};

/** The results of `assay check` of three million real flights by these checks, by the key of their check. */
async function checked(checks: string): Promise<Map<string, string>> {
  const { code, out, err } = await runAssay([
    'check',
    flightsFile(),
    '-c',
    checks,
    '--partition-by',
    'none',
    '--json',
  ]);
  assert.equal(code, 0, `${out}\n${err}`);
  const report = JSON.parse(out) as Report;
  return new Map(report.partitions[0]?.results.map(({ check, status }) => [check, status]));
}

describe('the examples that people begin with', () => {
  it('hold on real flights: the checks file', async () => {
    const results = await checked(join(root, 'examples/checks.yaml'));
    assert.equal(results.get('custom_sql(very late flights) must be less than 15'), 'pass');
    assert.equal(results.get('failed_rows(round trips) must be 0'), 'pass');
    assert.equal(results.get('origin.invalid_percent(regex=^[A-Z]{3}$) must be 0 %'), 'pass');
  });

  it('can be registered: the dataset of the documentation', async () => {
    const page = await readFile(join(root, 'docs/datasets.md'), 'utf8');
    const yaml = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
    const read = readDefinition(yaml, { file: 'flights.yaml', baseDirectory: root });
    assert.ok(read.ok, JSON.stringify(read));
    assert.equal(read.value.segments.length, 2);
  });

  it('hold on real flights: the dataset of the README', async () => {
    await using files = await temporaryFiles();
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const yaml = /```yaml\n(dataset: flights\n.*?)```/s.exec(readme)?.[1] ?? '';
    const results = await checked(await files.write('flights.yaml', yaml));
    assert.equal(results.get('row_count must be greater than 0'), 'pass');
    assert.equal(results.get('custom_sql(very late flights) must be less than 15'), 'pass');
    assert.equal(results.get('failed_rows(round trips) must be 0'), 'pass');
  });
});

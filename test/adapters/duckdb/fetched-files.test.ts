import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { partitionKey } from '../../../src/base/ids.ts';
import type { FileFormat } from '../../../src/core/datasets/provider-definition.ts';
import type { FilesScan } from '../../../src/core/datasets/source.ts';
import { sourceFile } from '../../support/sample-files.ts';
import { engineKit, generously, writeParquet } from './engine-kit.ts';

const kit = engineKit();
after(() => kit[Symbol.asyncDispose]());

let fetched = 0;

/** The scan of files as they lie after they were fetched: each under its own name, in a directory that says nothing. */
function fetchedScan(
  format: FileFormat,
  contents: Readonly<Record<string, string | Uint8Array>>,
  more: Partial<FilesScan> = {},
): FilesScan {
  const files = Object.entries(contents).map(([origin, content]) => {
    const name = origin.slice(origin.lastIndexOf('/') + 1);
    return { ...sourceFile(kit.folder.write(`fetched-${++fetched}/${name}`, content)), origin };
  });
  return { kind: 'files', format, files, hiveKeys: [], ...more };
}

async function parquetBytes(query: string): Promise<Uint8Array> {
  const path = join(kit.folder.path, `made-${++fetched}.parquet`);
  await writeParquet(path, query);
  return readFileSync(path);
}

describe('files that were fetched', () => {
  for (const format of ['csv', 'ndjson', 'parquet'] as const) {
    it(`have the Hive keys of where they came from (${format})`, async () => {
      const content = {
        csv: 'a\n1\n',
        ndjson: '{"a":1}\n',
        parquet: await parquetBytes('select 1::BIGINT as a'),
      }[format];
      const contents = {
        [`bucket/day=1/x.${format}`]: content,
        [`bucket/day=2/x.${format}`]: content,
      };
      const output = await kit.ingest(fetchedScan(format, contents, { hiveKeys: ['day'] }));
      const rows = (await kit.rowsOf(output)) as { a: unknown; day: unknown }[];
      assert.deepEqual(
        rows.map(({ a, day }) => [Number(a), Number(day)]),
        [
          [1, 1],
          [1, 2],
        ],
      );
    });

    it(`tell the partitions of each by where it came from (${format})`, async () => {
      const content = {
        csv: 'day\n2001-01-01\n',
        ndjson: '{"day":"2001-01-01"}\n',
        parquet: await parquetBytes(`select date '2001-01-01' as day`),
      }[format];
      const scan = fetchedScan(format, { [`bucket/a.${format}`]: content, [`bucket/b.${format}`]: content });
      const by = { kind: 'time', column: 'day', by: 'day' } as const;
      const counted = await kit.engine.partitionsOf({ scan, by, perFile: true }, generously());
      assert.deepEqual(counted.ok && counted.value, [
        { key: partitionKey('2001-01-01'), rowCount: 1, file: `bucket/a.${format}` },
        { key: partitionKey('2001-01-01'), rowCount: 1, file: `bucket/b.${format}` },
      ]);
    });
  }

  it('name rejected rows by where they came from', async () => {
    const rows = Array.from({ length: 30 }, (_, at) => `${at},x`).join('\n');
    const scan = fetchedScan('csv', { 'bucket/in/a.csv': `n,t\n${rows}\n1,2,3,4\n` });
    const { rejected } = await kit.ingest(scan);
    assert.deepEqual(
      rejected.samples.map(({ file }) => file),
      ['bucket/in/a.csv'],
    );
  });

  it('are known in errors by where they came from alone', async () => {
    const broken = {
      'bucket/a.csv.gz': gzipSync('a\n1\n2\n3\n').subarray(0, 20),
      'bucket/a.parquet': 'PAR1 but nothing else that Parquet files have',
      'bucket/b.parquet': '',
      'bucket/a.json': 'no JSON at all',
    };
    for (const [origin, content] of Object.entries(broken)) {
      const format = origin.includes('csv') ? 'csv' : origin.endsWith('json') ? 'json' : 'parquet';
      const problem = await kit.refusal(fetchedScan(format, { [origin]: content }));
      assert.equal(problem.where, origin);
      assert.ok(!JSON.stringify(problem).includes(kit.folder.path), JSON.stringify(problem));
    }
  });
});

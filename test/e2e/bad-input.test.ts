import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ScannedPartition, ScanView } from '../../src/services/ingestion/scans.ts';
import { eventually } from '../support/eventually.ts';
import { runAssay, type ServiceProcess, startService } from '../support/service-process.ts';

/** What becomes of one file among good ones. */
type Case = {
  readonly title: string;
  readonly file: string;
  readonly write: (path: string) => Promise<void>;
  readonly expect:
    | { readonly code: string; readonly message: RegExp }
    | { readonly rows: number; readonly rejected: number };
};

const good = 'id,name,amount\n1,a,1.5\n2,b,2.5\n3,c,3.5\n';
const text = (content: string | Uint8Array) => (path: string) => writeFile(path, content);
const many = (line: (at: number) => string, header = 'id,name,amount\n'): string =>
  header + Array.from({ length: 200 }, (_, at) => line(at)).join('');

const csvCases: readonly Case[] = [
  { title: 'a good file', file: 'good.csv', write: text(good), expect: { rows: 3, rejected: 0 } },
  {
    title: 'an empty file',
    file: 'empty.csv',
    write: text(''),
    expect: { code: 'SOURCE_EMPTY', message: /empty\.csv/ },
  },
  {
    title: 'a file of only a header',
    file: 'header.csv',
    write: text('id,name,amount\n'),
    expect: { rows: 0, rejected: 0 },
  },
  {
    title: 'a few ragged rows',
    file: 'ragged.csv',
    write: text(many((at) => (at === 7 ? '7,x\n' : at === 9 ? '9,x,1.5,2,3\n' : `${at},x,1.5\n`))),
    expect: { rows: 198, rejected: 2 },
  },
  {
    title: 'mostly ragged rows',
    file: 'broken.csv',
    write: text(many((at) => (at % 2 === 0 ? `${at},x\n` : `${at},x,1.5\n`))),
    expect: { code: 'REJECTED_TOO_MANY', message: /100 of 200 rows were rejected/ },
  },
  {
    title: 'a row of invalid UTF-8',
    file: 'utf8.csv',
    write: async (path) => {
      const bytes = Buffer.from(many((at) => `${at},name-${at === 5 ? '?' : 'x'},1.5\n`));
      bytes[bytes.indexOf('?')] = 0xff;
      await writeFile(path, bytes);
    },
    expect: { rows: 199, rejected: 1 },
  },
  {
    title: 'UTF-16 with a byte-order mark',
    file: 'utf16.csv',
    write: text(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good, 'utf16le')])),
    expect: { rows: 3, rejected: 0 },
  },
  {
    title: 'a line of 100 MB',
    file: 'long-line.csv',
    write: async (path) => {
      const out = createWriteStream(path);
      out.write('id,name,amount\n1,a,1.5\n2,"');
      for (let written = 0; written < 100; written += 1) out.write('x'.repeat(1_000_000));
      out.end(`",2.5\n${many((at) => `${at},x,1.5\n`, '')}`);
      await once(out, 'close');
    },
    expect: { rows: 201, rejected: 1 },
  },
  {
    title: '2,000 columns',
    file: 'wide.csv',
    write: text(
      `${Array.from({ length: 2_000 }, (_, at) => `c${at}`).join(',')}\n${Array.from({ length: 2_000 }, (_, at) => at).join(',')}\n`,
    ),
    expect: { rows: 1, rejected: 0 },
  },
  {
    title: 'duplicate and empty column names',
    file: 'names.csv',
    write: text('id,id,,amount\n1,2,3,4\n'),
    expect: { rows: 1, rejected: 0 },
  },
  {
    title: 'integers above 2^53, NaN and infinities',
    file: 'numbers.csv',
    write: text('id,name,amount\n9007199254740993,a,nan\n2,b,inf\n3,c,-inf\n'),
    expect: { rows: 3, rejected: 0 },
  },
  {
    title: 'dates out of range',
    file: 'dates.csv',
    write: text(many((at) => `${at},${at === 3 ? '2001-13-45' : '2001-02-03'},1.5\n`, 'id,day,amount\n')),
    expect: { rows: 199, rejected: 1 },
  },
];

const parquetCases: readonly Case[] = [
  {
    title: 'a good Parquet file',
    file: 'good.parquet',
    write: writeParquet,
    expect: { rows: 3, rejected: 0 },
  },
  {
    title: 'a Parquet file of 0 bytes',
    file: 'zero.parquet',
    write: text(''),
    expect: { code: 'SOURCE_UNREADABLE', message: /zero\.parquet is empty/ },
  },
  {
    title: 'a truncated Parquet file',
    file: 'truncated.parquet',
    write: async (path) => {
      await writeParquet(path);
      await truncate(path, 200);
    },
    expect: { code: 'SOURCE_UNREADABLE', message: /truncated\.parquet/ },
  },
  {
    title: 'a Parquet file that is none',
    file: 'garbage.parquet',
    write: text('PAR1 this is no Parquet file at all PAR1'),
    expect: { code: 'SOURCE_UNREADABLE', message: /garbage\.parquet/ },
  },
];

async function writeParquet(path: string): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `copy (from (values (1,'a'),(2,'b'),(3,'c')) t(id,name)) to '${path}' (format parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}

describe('bad files beside good ones', () => {
  let folder: string;
  let service: ServiceProcess;
  const scanned = new Map<string, ScannedPartition>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-bad-input-'));
    service = await startService(join(folder, 'data'));
    for (const [name, cases] of [
      ['texts', csvCases],
      ['parquets', parquetCases],
    ] as const) {
      await mkdir(join(folder, name));
      for (const one of cases) await one.write(join(folder, name, one.file));
      const ending = name === 'texts' ? 'csv' : 'parquet';
      await apply(
        `dataset: ${name}\nowner: o@example.org\nprovider: {type: files, path: "${name}/*.${ending}"}\npartition: {file: true}\n`,
      );
      const view = await scan(name);
      for (const partition of view.partitions) scanned.set(`${partition.partition}.${ending}`, partition);
    }
  });
  after(async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function apply(yaml: string): Promise<void> {
    const applied = await service.client.apply({ yaml, file: 'dataset.yaml', baseDirectory: folder });
    assert.ok(applied.ok, JSON.stringify(applied));
  }

  async function scan(dataset: string): Promise<ScanView> {
    const begun = await service.client.startScan({ dataset });
    assert.ok(begun.ok);
    return eventually(
      `the scan of ${dataset}`,
      async () => {
        const view = await service.client.scan(begun.value.id);
        assert.ok(view.ok);
        return ['succeeded', 'failed', 'cancelled'].includes(view.value.state) ? view.value : undefined;
      },
      120_000,
      100,
    );
  }

  for (const one of [...csvCases, ...parquetCases]) {
    it(`${one.title} gets a clear verdict of its own`, () => {
      const found = scanned.get(one.file);
      assert.ok(found, `${one.file} was not scanned`);
      if ('code' in one.expect) {
        assert.equal(found.failure?.code, one.expect.code, JSON.stringify(found));
        assert.match(`${found.failure?.message} ${found.failure?.where ?? ''}`, one.expect.message);
      } else {
        assert.equal(found.failure, undefined, JSON.stringify(found.failure));
        assert.equal(found.rowCount, one.expect.rows);
        assert.equal(found.rejectedCount, one.expect.rejected);
      }
    });
  }

  it('a file that can not be read opens an incident that says why', async () => {
    const incidents = await service.client.incidents({ dataset: 'texts', open: true });
    assert.ok(incidents.ok);
    const lines = incidents.value.incidents.flatMap((incident) => incident.lines.map((line) => line.text));
    assert.ok(
      lines.some((line) => line.includes('empty.csv') || line.includes('SOURCE_EMPTY')),
      lines.join('\n'),
    );
  });

  it('a dataset definition with faults names file, line, key and the nearest right key, and changes nothing', async () => {
    const yaml =
      'dataset: texts\nowner: o@example.org\nprovider: {type: files, path: "texts/*.csv"}\npartition: {colum: day, by: day}\npolicy: {alerts_per_month: many}\n';
    const refused = await service.client.apply({ yaml, file: 'dataset.yaml', baseDirectory: folder });
    assert.ok(!refused.ok);
    assert.equal(refused.error.code, 'DATASET_INVALID');
    assert.match(refused.error.message, /dataset\.yaml:4:\d+ .*colum.*did you mean “column”/s);
    assert.match(refused.error.message, /dataset\.yaml:5:\d+ .*alerts_per_month/s);
    const kept = await service.client.dataset('texts');
    assert.ok(kept.ok);
    assert.equal(kept.value.definition.partition.kind, 'file');
  });

  it('a second process on the same data directory is refused, and the first goes on', async () => {
    const second = await runAssay(['up', '--data', join(folder, 'data'), '--port', '0']);
    assert.equal(second.code, 3);
    assert.match(second.err, /DATA_DIRECTORY_LOCKED.*\b\d+\b/s);
    assert.match(second.err, /--data|stop/i);
    const alive = await service.client.datasets();
    assert.ok(alive.ok);
    assert.equal(alive.value.datasets.length, 2);
  });

  it('a file that is replaced by a good one is read alone, and its failure is closed', async () => {
    await writeFile(join(folder, 'texts', 'empty.csv'), good);
    const view = await scan('texts');
    assert.deepEqual(
      view.partitions.map((partition) => [partition.partition, partition.revision]),
      [['empty', 1]],
    );
    const incidents = await service.client.incidents({ dataset: 'texts' });
    assert.ok(incidents.ok);
    const failures = incidents.value.incidents.flatMap((incident) =>
      incident.lines.filter((line) => line.check === 'ingest' && line.partition === 'empty'),
    );
    assert.deepEqual(
      failures.map((line) => line.open),
      [false],
    );
  });

  it('leaves every source as it was', async () => {
    assert.equal(await readFile(join(folder, 'texts', 'good.csv'), 'utf8'), good);
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ScanView } from '../../src/services/ingestion/scans.ts';
import { eventually } from '../support/eventually.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

describe('text files that are scanned for the first time', () => {
  let folder: string;
  let service: ServiceProcess;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-text-types-'));
    await mkdir(join(folder, 'daily'));
    for (let day = 1; day <= 12; day += 1) await writeDay(day);
    service = await startService(join(folder, 'data'));
    const yaml = [
      'dataset: daily',
      'owner: o@example.org',
      'provider: {type: files, path: "daily/*.csv"}',
      'partition: {file: true}',
    ].join('\n');
    const applied = await service.client.apply({ yaml, file: 'daily.yaml', baseDirectory: folder });
    assert.ok(applied.ok, JSON.stringify(applied));
  });
  after(async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Codes are digits, but for six of day 3 and of day 9; the amounts of day 5 hold `bad` that many times. */
  async function writeDay(day: number, bad = 2): Promise<void> {
    const rows = Array.from({ length: 40 }, (_, at) => {
      const code = (day === 3 || day === 9) && at < 6 ? `C${at}` : at;
      const amount = day === 5 && at < bad ? 'broken' : at * 1.5;
      return `${code},${amount}\n`;
    });
    const name = `2026-01-${String(day).padStart(2, '0')}.csv`;
    await writeFile(join(folder, 'daily', name), `code,amount\n${rows.join('')}`);
  }

  async function scan(): Promise<ScanView> {
    const begun = await service.client.startScan({ dataset: 'daily' });
    assert.ok(begun.ok);
    return eventually(
      'the end of the scan',
      async () => {
        const view = await service.client.scan(begun.value.id);
        return view.ok && view.value.state === 'succeeded' ? view.value : undefined;
      },
      60_000,
      50,
    );
  }

  it('share the types that fit them all, so that no row of letters is rejected and no schema flaps', async () => {
    const { partitions } = await scan();
    assert.deepEqual(
      partitions.map(({ partition, rejectedCount }) => [partition, rejectedCount]),
      Array.from({ length: 12 }, (_, at) => [`2026-01-${String(at + 1).padStart(2, '0')}`, at === 4 ? 2 : 0]),
    );
    const schema = await service.client.results('daily', {
      check: 'schema',
      status: 'warn,fail',
      limit: 100,
    });
    assert.ok(schema.ok, JSON.stringify(schema));
    assert.deepEqual(schema.value.results, []);
  });

  it('get a new revision when only a rejected row was repaired', async () => {
    await writeDay(5, 1);
    const { partitions } = await scan();
    assert.deepEqual(
      partitions.map(({ partition, revision, rejectedCount }) => [partition, revision, rejectedCount]),
      [['2026-01-05', 2, 1]],
    );
  });

  it('get none when a file was touched and holds the same', async () => {
    await writeDay(7);
    const { partitions } = await scan();
    assert.deepEqual(
      partitions.map(({ partition, revision }) => [partition, revision]),
      [['2026-01-07', undefined]],
    );
  });
});

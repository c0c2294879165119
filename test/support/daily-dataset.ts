import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '../../src/cli/client.ts';
import { type BackfillView, hasBackfillEnded } from '../../src/services/ingestion/backfills.ts';
import { eventually } from './eventually.ts';

/** Writes `daily/<date>.csv` below a folder: a small file for each of `days` days from 2026-01-01 on, always the same. */
export async function writeDays(folder: string, days: number): Promise<void> {
  await mkdir(join(folder, 'daily'), { recursive: true });
  for (let day = 0; day < days; day += 1) await writeDay(folder, day);
}

/** The file of one more day; its date. */
export async function writeDay(folder: string, day: number): Promise<string> {
  const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
  const rows = Array.from(
    { length: 80 + (day % 7) },
    (_, at) => `${at},${(at * 37 + day) % 101},c${at % 5}\n`,
  );
  await writeFile(join(folder, 'daily', `${date}.csv`), `id,amount,kind\n${rows.join('')}`);
  return date;
}

/** Registers the dataset `daily` of a folder. */
export async function registerDaily(client: Client, folder: string): Promise<void> {
  const lines = [
    'dataset: daily',
    'owner: o@example.org',
    'provider: {type: files, path: "daily/*.csv"}',
    'partition: {file: true}',
  ];
  const source = { yaml: lines.join('\n'), file: 'daily.yaml', baseDirectory: folder };
  const applied = await client.apply(source);
  assert.ok(applied.ok, JSON.stringify(applied));
}

/** Backfills it; `disturb` is called again and again with the commits of ingest and measure tasks so far. */
export async function backfillDaily(
  client: Client,
  disturb: (commits: number) => Promise<void> = async () => undefined,
): Promise<BackfillView> {
  const begun = await client.startBackfill({ dataset: 'daily', concurrency: 4 });
  assert.ok(begun.ok);
  const { id } = begun.value;
  return eventually(
    'the end of the backfill',
    async () => {
      const view = await client.backfill(id);
      if (!view.ok) return undefined;
      if (hasBackfillEnded(view.value.state)) return view.value;
      await disturb(view.value.ingested + view.value.measured);
      return undefined;
    },
    120_000,
    10,
  );
}

/** What must not depend on what happened on the way. */
export async function outcomeOfDaily(client: Client) {
  const listed = await client.partitions('daily', { limit: 1_000 });
  assert.ok(listed.ok);
  const results: string[] = [];
  for (const { partition } of listed.value.partitions) {
    const page = await client.results('daily', { partition, limit: 1_000 });
    assert.ok(page.ok);
    results.push(...page.value.results.map((result) => JSON.stringify(result)));
  }
  return {
    revisions: listed.value.partitions.map((one) => [one.partition, one.revision, one.rowCount]),
    results,
  };
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { EmbeddedDialect } from '../../src/adapters/postgres/embedded/dialect.ts';
import { lockDirectory } from '../../src/adapters/postgres/embedded/directory-lock.ts';
import { EmbeddedServer } from '../../src/adapters/postgres/embedded/embedded-server.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { day } from '../../src/base/units.ts';
import { testKit } from '../../test/support/kit.ts';
import { buildPage, openBrowser, type PageBrowser } from '../../test/support/page/browser.ts';
import { startService } from '../../test/support/service-process.ts';
import type { Bench } from '../support/bench.ts';

const datasets = 2_000;
const days = 90;
/** On the summary of a dataset. */
const plots = 4;

/** The page of a service with thousands of datasets, from a cold start of the tab until it can be used. */
export async function pageSuite(bench: Bench): Promise<void> {
  await buildPage();
  const folder = join(bench.folder, 'page');
  await bench.progress('one dataset', () => learnOne(folder));
  await bench.progress(`${datasets} datasets`, () => copyDataset(join(folder, 'data', 'database')));
  const service = await startService(join(folder, 'data'));
  const browser = await openBrowser(service.url);
  const figures = { overview: [] as number[], dataset: [] as number[], plots: [] as number[] };
  try {
    for (let round = 0; round < bench.options.runs; round += 1) {
      figures.overview.push(await shownMs(() => browser.open('/'), 'a[href^="/datasets/numbers"]'));
      const open = () => browser.open('/datasets/numbers');
      figures.dataset.push(await shownMs(open, 'a.cell'));
      figures.plots.push(await shownMs(open, '[data-plot] svg', plots));
    }
  } finally {
    await browser.close();
    await service.stop();
  }
  bench.add(`page: overview of ${datasets} datasets, rows can be clicked`, 'ms', figures.overview, '≤ 1 s');
  bench.add(`page: a dataset with ${days} partitions, its calendar`, 'ms', figures.dataset, '≤ 1 s');
  bench.add(`page: the same, all ${plots} plots drawn`, 'ms', figures.plots, '');
}

/** From the address in an empty tab until so many elements are to be seen. */
async function shownMs(
  open: () => ReturnType<PageBrowser['open']>,
  selector: string,
  count = 1,
): Promise<number> {
  const started = performance.now();
  const page = await open();
  await page
    .locator(selector)
    .nth(count - 1)
    .waitFor();
  return performance.now() - started;
}

/** A dataset that was learned from its days. */
async function learnOne(folder: string): Promise<void> {
  await mkdir(join(folder, 'data-files'), { recursive: true });
  for (let at = 0; at < days; at += 1) {
    const date = new Date(Date.UTC(2001, 0, 1) + at * day).toISOString().slice(0, 10);
    const lines = Array.from({ length: 40 + (at % 7) }, (_, row) => `${date},${(row * 37 + at) % 101}`);
    await writeFile(join(folder, 'data-files', `${date}.csv`), `date,amount\n${lines.join('\n')}\n`);
  }
  const service = await startService(join(folder, 'data'));
  const yaml =
    'dataset: numbers\nowner: ops@example.org\nprovider: {type: files, path: "data-files/*.csv"}\npartition: {column: date, by: day}\n';
  const applied = await service.client.apply({ yaml, file: 'numbers.yaml', baseDirectory: folder });
  if (!applied.ok) throw new Error(applied.error.message);
  const begun = await service.client.startBackfill({ dataset: 'numbers' });
  if (!begun.ok) throw new Error(begun.error.message);
  for (;;) {
    const view = await service.client.backfill(begun.value.id);
    if (view.ok && view.value.state === 'succeeded') break;
    if (view.ok && view.value.endedAt !== undefined) throw new Error(`the backfill ${view.value.state}`);
    await systemClock.sleep(200);
  }
  await service.stop();
}

/** Copies what the overview reads: the definition, the partitions, their revisions and the verdicts on them. */
async function copyDataset(directory: string): Promise<void> {
  const lock = lockDirectory(directory);
  if (!lock.ok) throw new Error(lock.error.message);
  const { log } = testKit();
  const server = new EmbeddedServer({ directory, clock: systemClock, log, lock: lock.value });
  await server.session();
  const db = new Kysely<Record<string, never>>({ dialect: new EmbeddedDialect(server) });
  const copies = sql`generate_series(1, ${sql.lit(datasets - 1)}) n`;
  const name = sql`'numbers-' || lpad(n::text, 4, '0')`;
  await sql`insert into dataset select ${name}, jsonb_set(definition, '{dataset}', to_jsonb(${name})), version, registered_at, updated_at from dataset, ${copies}`.execute(
    db,
  );
  await sql`insert into partition select ${name}, key, newest, content_hash, refused from partition, ${copies}`.execute(
    db,
  );
  await sql`insert into revision select ${name}, partition, number, fingerprint, content_hash, schema, row_count, rejected, rejected_count, size_bytes, modified_at, ingested_at, batch_count from revision, ${copies}`.execute(
    db,
  );
  await sql`insert into evaluation (dataset, partition, revision, status, evaluated_at) select ${name}, partition, revision, case when (n + length(partition) + ascii(right(partition, 1))) % 97 = 0 then 'fail' else status end, evaluated_at from evaluation, ${copies}`.execute(
    db,
  );
  await sql`analyze`.execute(db);
  await server.close();
}

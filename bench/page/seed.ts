import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { EmbeddedDialect } from '../../src/adapters/postgres/embedded/dialect.ts';
import { lockDirectory } from '../../src/adapters/postgres/embedded/directory-lock.ts';
import { EmbeddedServer } from '../../src/adapters/postgres/embedded/embedded-server.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { day } from '../../src/base/units.ts';
import { testKit } from '../../test/support/kit.ts';
import { startService } from '../../test/support/service-process.ts';

export const size = { datasets: 2_000, days: 90, metrics: 30 } as const;

/** A dataset that was learned from its days, below `folder`; its database in `folder/data/database`. */
export async function learnOne(folder: string): Promise<void> {
  await mkdir(join(folder, 'data-files'), { recursive: true });
  for (let at = 0; at < size.days; at += 1) {
    const date = new Date(Date.UTC(2001, 0, 1) + at * day).toISOString().slice(0, 10);
    const lines = Array.from(
      { length: 40 + (at % 7) },
      (_, row) => `${date},${(row * 37 + at) % 101},${'abc'.charAt(row % 3)}`,
    );
    await writeFile(join(folder, 'data-files', `${date}.csv`), `date,amount,kind\n${lines.join('\n')}\n`);
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

/**
 * Copies it until there are thousands: definition, partitions, revisions, the verdict on each, and the values of thirty of
 * its metrics in each partition.
 */
export async function copyDataset(directory: string): Promise<void> {
  const lock = lockDirectory(directory);
  if (!lock.ok) throw new Error(lock.error.message);
  const { log } = testKit();
  const server = new EmbeddedServer({ directory, clock: systemClock, log, lock: lock.value });
  await server.session();
  const db = new Kysely<Record<string, never>>({ dialect: new EmbeddedDialect(server) });
  const copies = sql`generate_series(1, ${sql.lit(size.datasets - 1)}) n`;
  const name = sql`'numbers-' || lpad(n::text, 4, '0')`;
  const run = (statement: ReturnType<typeof sql>): Promise<unknown> => statement.execute(db);
  await run(
    sql`insert into dataset (name, definition, version, registered_at, updated_at) select ${name}, jsonb_set(definition, '{dataset}', to_jsonb(${name})), version, registered_at, updated_at from dataset, ${copies}`,
  );
  await run(
    sql`insert into partition (dataset, key, newest, content_hash, refused) select ${name}, key, newest, content_hash, refused from partition, ${copies}`,
  );
  await run(
    sql`insert into revision (dataset, partition, number, fingerprint, content_hash, schema, row_count, rejected, rejected_count, size_bytes, modified_at, ingested_at, batch_count) select ${name}, partition, number, fingerprint, content_hash, schema, row_count, rejected, rejected_count, size_bytes, modified_at, ingested_at, batch_count from revision, ${copies}`,
  );
  await run(
    sql`insert into evaluation (dataset, partition, revision, status, evaluated_at) select ${name}, partition, revision, case when (n + length(partition) + ascii(right(partition, 1))) % 97 = 0 then 'fail' else status end, evaluated_at from evaluation, ${copies}`,
  );
  await run(
    sql`create temporary table template as select partition, key, scale, value, exact, rows, relative_error from (
      select evaluation.partition, metric_value.*, row_number() over (partition by evaluation order by metric_value.key) as place
      from metric_value join evaluation on evaluation.id = metric_value.evaluation where dataset = 'numbers'
    ) as ranked where place <= ${sql.lit(size.metrics)}`,
  );
  // In parts: one statement of millions of rows would hold all of them in memory.
  for (let from = 1; from < size.datasets; from += 100) {
    await run(
      sql`insert into metric_value (evaluation, key, scale, value, exact, rows, relative_error) select evaluation.id, template.key, scale, value, exact, rows, relative_error from evaluation join template using (partition) where evaluation.dataset >= ${sql.lit(nameOf(from))} and evaluation.dataset < ${sql.lit(nameOf(from + 100))}`,
    );
  }
  // Nothing is to be looked for: what is measured is the page.
  await run(sql`update schedule set next_due = null`);
  await run(sql`analyze`);
  await server.close();
}

function nameOf(at: number): string {
  return `numbers-${String(at).padStart(4, '0')}`;
}

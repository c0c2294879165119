import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createMysqlSource } from '../../src/adapters/mysql-tables/source.ts';
import { createSecrets } from '../../src/adapters/system/secrets.ts';
import { createTableProvider } from '../../src/adapters/tables/provider.ts';
import { limits } from '../../src/base/limits.ts';
import type { Outcome } from '../../src/base/outcome.ts';
import { createChecking } from '../../src/compose/checking.ts';
import { createKit } from '../../src/compose/kit.ts';
import { decodeDataset } from '../../src/core/datasets/decode.ts';

/** Assay's way from a table of a MariaDB server to batches: what an ingest task does, one worker process included. */
const [url, table, folder] = process.argv.slice(2);
if (url === undefined || table === undefined || folder === undefined) {
  throw new Error('usage: table-ingest.ts URL TABLE FOLDER');
}
const decoded = decodeDataset({
  dataset: 'bench',
  owner: 'owner@example.org',
  provider: { type: 'mariadb', url: '${env:BENCH_URL}', table },
});
const definition = valueOf(decoded);
const out = mkdtempSync(join(folder, 'ingest-'));
const directoryOf = (name: string): string => mkdtempSync(join(out, name));
const provider = createTableProvider(createMysqlSource(createSecrets({ environment: { BENCH_URL: url } })));
const wait = { signal: new AbortController().signal, timeoutMs: limits.ingestTimeoutMs };
const { engine } = createChecking(createKit({ logLevel: 'error' }), {
  workers: 1,
  scratchDirectory: join(out, 'scratch'),
});
const [listed] = valueOf(await provider.partitions({ definition, known: undefined, wait })).partitions;
if (listed === undefined) throw new Error('the table has no rows');

const started = performance.now();
const scan = valueOf(await provider.fetch({ definition, listed, directory: directoryOf('rows-'), wait }));
const fetchedMs = performance.now() - started;
const ingested = valueOf(
  await engine.ingest(
    { scan, directory: directoryOf('batches-'), rowsPerBatch: limits.rowsPerBatch, rejectedPercentMax: 0 },
    { ...wait, memoryMb: limits.ingestMemoryMb },
  ),
);
console.log(JSON.stringify({ ms: performance.now() - started, fetchedMs, rows: ingested.rowCount }));
await engine.close();
rmSync(out, { recursive: true });

function valueOf<T>(outcome: Outcome<T, unknown>): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value;
}

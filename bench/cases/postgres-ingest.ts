import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createPostgresSource } from '../../src/adapters/postgres-tables/source.ts';
import { createSecrets } from '../../src/adapters/system/secrets.ts';
import { createTableProvider } from '../../src/adapters/tables/provider.ts';
import { limits } from '../../src/base/limits.ts';
import { createChecking } from '../../src/compose/checking.ts';
import { createKit } from '../../src/compose/kit.ts';
import { definePostgres } from '../../test/adapters/postgres-tables/define-postgres.ts';

/** Assay's way from a table to batches: what an ingest task does, one worker process included. */
const [url, folder] = process.argv.slice(2);
if (url === undefined || folder === undefined) throw new Error('usage: postgres-ingest.ts URL FOLDER');
const out = mkdtempSync(join(folder, 'postgres-'));
const { engine } = createChecking(createKit({ logLevel: 'error' }), {
  workers: 1,
  scratchDirectory: join(out, 'scratch'),
});
const provider = createTableProvider(createPostgresSource(createSecrets({ environment: { SOURCE: url } })));
const definition = definePostgres({ table: 'trips' });
const wait = { signal: new AbortController().signal, timeoutMs: limits.ingestTimeoutMs };
const listing = await provider.partitions({ definition, known: undefined, wait });
if (!listing.ok) throw new Error(JSON.stringify(listing.error));
const [listed] = listing.value.partitions;
if (listed === undefined) throw new Error('the table has no partition');
const [fetched, batches] = [join(out, 'fetched'), join(out, 'batches')];
mkdirSync(fetched);
mkdirSync(batches);
const started = performance.now();
const scan = await provider.fetch({ definition, listed, directory: fetched, wait });
if (!scan.ok) throw new Error(JSON.stringify(scan.error));
const fetchedAt = performance.now();
const ingested = await engine.ingest(
  { scan: scan.value, directory: batches, rowsPerBatch: limits.rowsPerBatch, rejectedPercentMax: 5 },
  { ...wait, memoryMb: limits.ingestMemoryMb },
);
if (!ingested.ok) throw new Error(JSON.stringify(ingested.error));
const ms = performance.now() - started;
console.log(JSON.stringify({ ms, fetchMs: fetchedAt - started, rows: ingested.value.rowCount }));
await engine.close();
rmSync(out, { recursive: true });

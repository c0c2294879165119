import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { limits } from '../../src/base/limits.ts';
import { createChecking } from '../../src/compose/checking.ts';
import { createKit } from '../../src/compose/kit.ts';

/** Assay's way from CSV to batches: what an ingest task does, one worker process included. */
const [csv, folder] = process.argv.slice(2);
if (csv === undefined || folder === undefined) throw new Error('usage: csv-ingest.ts FILE FOLDER');
const out = mkdtempSync(join(folder, 'ingest-'));
const started = performance.now();
const { engine } = createChecking(createKit({ logLevel: 'error' }), {
  workers: 1,
  scratchDirectory: join(out, 'scratch'),
});
const directory = mkdtempSync(join(out, 'batches-'));
const { size, mtimeMs } = statSync(csv);
const ingested = await engine.ingest(
  {
    scan: {
      kind: 'files',
      format: 'csv',
      files: [{ path: csv, sizeBytes: size, modifiedAtMs: mtimeMs }],
      hiveKeys: [],
    },
    directory,
    rowsPerBatch: limits.rowsPerBatch,
    rejectedPercentMax: 5,
  },
  {
    signal: new AbortController().signal,
    timeoutMs: limits.ingestTimeoutMs,
    memoryMb: limits.ingestMemoryMb,
  },
);
if (!ingested.ok) throw new Error(JSON.stringify(ingested.error));
console.log(JSON.stringify({ ms: performance.now() - started, rows: ingested.value.rowCount }));
await engine.close();
rmSync(out, { recursive: true });

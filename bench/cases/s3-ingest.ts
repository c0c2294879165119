import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createLocalCopies } from '../../src/adapters/directory/local-copies.ts';
import { createRemoteFilesProvider } from '../../src/adapters/files/remote-provider.ts';
import { createS3Source } from '../../src/adapters/s3/s3-source.ts';
import { limits } from '../../src/base/limits.ts';
import { createChecking } from '../../src/compose/checking.ts';
import { createKit } from '../../src/compose/kit.ts';
import { defineFiles } from '../../test/adapters/files/define-files.ts';

/** Assay's way from objects to batches: what a lookup and an ingest task do, one worker process included. */
const [endpoint, path, folder] = process.argv.slice(2);
if (endpoint === undefined || path === undefined || folder === undefined) {
  throw new Error('usage: s3-ingest.ts ENDPOINT PATH FOLDER');
}
const out = mkdtempSync(join(folder, 's3-ingest-'));
const scratchDirectory = join(out, 'scratch');
const [fetched, batches] = [join(out, 'fetched'), join(out, 'batches')];
for (const directory of [fetched, batches]) mkdirSync(directory);
const started = performance.now();
const kit = createKit({ logLevel: 'error' });
const { engine } = createChecking(kit, { workers: 1, scratchDirectory });
const provider = createRemoteFilesProvider({
  engine,
  source: createS3Source({ ...kit, secrets: { resolve: async () => ({ ok: true, value: 'S3RVER' }) } }),
  copies: createLocalCopies({ directory: join(out, 'copies'), bytesMax: limits.remoteCopiesBytesMax }),
});
const secret = { from: 'environment', name: 'S3' } as const;
const definition = {
  ...defineFiles('', { kind: 'none' }),
  provider: { type: 's3', path, endpoint, accessKeyId: secret, secretAccessKey: secret } as const,
};
const wait = { signal: new AbortController().signal, timeoutMs: limits.ingestTimeoutMs };
const listing = await provider.partitions({ definition, known: undefined, wait });
if (!listing.ok) throw new Error(JSON.stringify(listing.error));
const [listed] = listing.value.partitions;
if (listed === undefined) throw new Error('nothing is listed');
const scan = await provider.fetch({ definition, listed, directory: fetched, wait });
if (!scan.ok) throw new Error(JSON.stringify(scan.error));
const fetchMs = performance.now() - started;
const ingested = await engine.ingest(
  { scan: scan.value, directory: batches, rowsPerBatch: limits.rowsPerBatch, rejectedPercentMax: 5 },
  { ...wait, memoryMb: limits.ingestMemoryMb },
);
if (!ingested.ok) throw new Error(JSON.stringify(ingested.error));
const ms = performance.now() - started;
console.log(JSON.stringify({ ms, fetchMs, rows: ingested.value.rowCount }));
await engine.close();
rmSync(out, { recursive: true });
process.exit(0);

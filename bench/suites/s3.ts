import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '../../src/base/units.ts';
import { type Bench, caseOf, peaks, ratios, times } from '../support/bench.ts';
import { makeTrips } from '../support/make-trips.ts';

/** Copies of the object that make a partition of several gigabytes. */
const copiesOfLarge = 5;

/** Reading a large Parquet object into batches, against a plain download and DuckDB's own COPY. The store is another process of the same machine. */
export async function s3Suite(bench: Bench): Promise<void> {
  const { folder } = bench;
  const { rows, large } = bench.options;
  const file = join(folder, 'trips.parquet');
  await bench.progress('writing the Parquet file', () => makeTrips(file, 2 * rows));
  const copies = Array.from({ length: copiesOfLarge }, (_, at) => join(folder, `copy-${at}.parquet`));
  for (const copy of copies) linkSync(file, copy);
  await using store = await startStore([file, ...copies]);
  const size = statSync(file).size;
  const name = `an object of ${formatBytes(size)} of Parquet, ${(2 * rows).toLocaleString('en')} rows`;
  const [ours, plain] = await bench.inTurn([
    caseOf('s3-ingest.ts', store.endpoint, 's3://bucket/trips.parquet', folder),
    caseOf('s3-plain.ts', store.endpoint, 'trips.parquet', folder),
  ]);
  bench.add(`${name}: into batches`, 'ms', times(ours), '–');
  bench.add(`${name}: plain download, COPY to Parquet by DuckDB`, 'ms', times(plain), '–');
  bench.add('speed against the plain way', 'ratio', ratios(times(plain), times(ours)), '≥ 0.8');
  bench.add('peak memory of all processes of the ingest', 'bytes', peaks(ours), '≤ 1 GiB');
  if (large) {
    const [big] = await bench.inTurn(
      [caseOf('s3-ingest.ts', store.endpoint, 's3://bucket/copy-*.parquet', folder)],
      1,
    );
    const what = `a partition of ${formatBytes(copiesOfLarge * size)} in ${copiesOfLarge} objects`;
    bench.add(`${what}: peak memory`, 'bytes', peaks(big), '≤ 1 GiB');
  }
  for (const path of [file, ...copies]) rmSync(path);
}

async function startStore(
  paths: readonly string[],
): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const child = spawn(process.execPath, caseOf('s3-server.ts', ...paths), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    endpoint: line.toString('utf8').trim(),
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}

import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '../../src/base/units.ts';
import { type Bench, caseOf, peaks, ratios, times } from '../support/bench.ts';
import { makeTrips } from '../support/make-trips.ts';

/** Reading a large CSV file into batches, against DuckDB's own COPY. */
export async function csvSuite(bench: Bench): Promise<void> {
  const { folder } = bench;
  const { rows, large } = bench.options;
  const file = join(folder, 'trips.csv');
  await bench.progress('writing the CSV file', () => makeTrips(file, rows));
  const name = `${formatBytes(statSync(file).size)} of CSV, ${rows.toLocaleString('en')} rows`;
  const [ours, plain] = await bench.inTurn([
    caseOf('csv-ingest.ts', file, folder),
    caseOf('csv-copy.ts', file, folder),
  ]);
  bench.add(`${name}: ingest into batches`, 'ms', times(ours), '–');
  bench.add(`${name}: COPY to Parquet by DuckDB`, 'ms', times(plain), '–');
  bench.add('ratio of the two', 'ratio', ratios(times(ours), times(plain)), '≤ 1.2');
  bench.add('peak memory of all processes of the ingest', 'bytes', peaks(ours), '≤ 1.5 GiB');
  rmSync(file);
  if (!large) return;
  await bench.progress('writing the large CSV file', () => makeTrips(file, 3 * rows));
  const [big] = await bench.inTurn([caseOf('csv-ingest.ts', file, folder)], 1);
  bench.add(
    `${formatBytes(statSync(file).size)} of CSV: peak memory`,
    'bytes',
    peaks(big),
    'no more than that',
  );
  rmSync(file);
}

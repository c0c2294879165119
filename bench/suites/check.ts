import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '../../src/base/units.ts';
import { assay, type Bench, caseOf, peaks, processorTimes, ratios, wallTimes } from '../support/bench.ts';
import { makeTrips } from '../support/make-trips.ts';

/** `assay check` of large files as a whole process, against DuckDB's own SUMMARIZE. */
export async function checkSuite(bench: Bench): Promise<void> {
  await checkParquet(bench);
  await checkCsv(bench);
}

async function checkParquet(bench: Bench): Promise<void> {
  const { rows } = bench.options;
  const file = join(bench.folder, 'trips.parquet');
  const batches = join(bench.folder, 'batches');
  mkdirSync(batches);
  await bench.progress('writing the Parquet files', async () => {
    await makeTrips(file, rows);
    for (let at = 0; at < 10; at += 1) {
      await makeTrips(join(batches, `${at}.parquet`), rows / 10, (at * rows) / 10);
    }
  });
  const [ours, theirs, merged] = await bench.inTurn([
    assay('check', file, '--json'),
    caseOf('summarize.ts', file),
    assay('check', join(batches, '*.parquet'), '--json'),
  ]);
  const name = `${rows.toLocaleString('en')} rows of Parquet`;
  bench.add(`${name}: assay check`, 'ms', wallTimes(ours), '–');
  bench.add(`${name}: SUMMARIZE`, 'ms', wallTimes(theirs), '–');
  bench.add('ratio of the two', 'ratio', ratios(wallTimes(ours), wallTimes(theirs)), '≤ 0.6, aim 0.35');
  const processor = ratios(processorTimes(ours), processorTimes(theirs));
  bench.add('ratio of their processor time', 'ratio', processor, '–');
  bench.add('peak memory of assay check', 'bytes', peaks(ours), '–');
  const ten = 'ten files of a tenth, merged, against the one';
  bench.add(ten, 'ratio', ratios(wallTimes(merged), wallTimes(ours)), '≤ 1.5');
  bench.add(`${ten}: processor time`, 'ratio', ratios(processorTimes(merged), processorTimes(ours)), '–');
  rmSync(file);
  rmSync(batches, { recursive: true });
}

async function checkCsv(bench: Bench): Promise<void> {
  const { rows, large } = bench.options;
  const file = join(bench.folder, 'trips.csv');
  await bench.progress('writing the CSV file', () => makeTrips(file, rows));
  const [ours, theirs] = await bench.inTurn([assay('check', file, '--json'), caseOf('summarize.ts', file)]);
  const name = `${formatBytes(statSync(file).size)} of CSV`;
  bench.add(`${name}: assay check`, 'ms', wallTimes(ours), '–');
  bench.add(`${name}: SUMMARIZE`, 'ms', wallTimes(theirs), '–');
  bench.add('ratio of the two', 'ratio', ratios(wallTimes(ours), wallTimes(theirs)), '≤ 1.0');
  const processor = ratios(processorTimes(ours), processorTimes(theirs));
  bench.add('ratio of their processor time', 'ratio', processor, '–');
  bench.add('peak memory of assay check', 'bytes', peaks(ours), '≤ 1.5 GiB');
  rmSync(file);
  if (!large) return;
  await bench.progress('writing the large CSV file', () => makeTrips(file, 3 * rows));
  const [big] = await bench.inTurn([assay('check', file, '--json')], 1);
  const size = formatBytes(statSync(file).size);
  bench.add(`${size} of CSV: peak memory of assay check`, 'bytes', peaks(big), 'no more than that');
  rmSync(file);
}

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assay, type Bench, peaks, processorTimes, ratios, wallTimes } from '../support/bench.ts';
import { makeTrips, makeWide } from '../support/make-trips.ts';

/** Many columns, many groups: the work must grow with the columns, and memory with neither. */
export async function wideSuite(bench: Bench): Promise<void> {
  await manyColumns(bench);
  await manyMetrics(bench);
  await manySegments(bench);
}

async function manyColumns(bench: Bench): Promise<void> {
  const rows = bench.options.rows / 10;
  const [narrow, wide] = [join(bench.folder, 'narrow.parquet'), join(bench.folder, 'wide.parquet')];
  await bench.progress('writing 50 and 500 columns', async () => {
    await makeWide(narrow, rows, 50);
    await makeWide(wide, rows, 500);
  });
  const [few, many] = await bench.inTurn([assay('check', narrow, '--json'), assay('check', wide, '--json')]);
  const name = `${rows.toLocaleString('en')} rows`;
  bench.add(`${name} × 50 columns: assay check`, 'ms', wallTimes(few), '–');
  bench.add(`${name} × 500 columns: assay check`, 'ms', wallTimes(many), '–');
  bench.add('ratio of the two', 'ratio', ratios(wallTimes(many), wallTimes(few)), '≤ 10: linear');
  const processor = ratios(processorTimes(many), processorTimes(few));
  bench.add('ratio of their processor time', 'ratio', processor, '–');
  bench.add('peak memory of 50 columns', 'bytes', peaks(few), '–');
  bench.add('peak memory of 500 columns', 'bytes', peaks(many), 'bounded');
  rmSync(narrow);
  rmSync(wide);
}

/** So few rows that what counts is the number of metrics: 17 of each column. */
async function manyMetrics(bench: Bench): Promise<void> {
  const file = join(bench.folder, 'columns.csv');
  const columns = Array.from({ length: 2_000 }, (_, at) => at);
  const lines = Array.from({ length: 20 }, (_, row) => columns.map((at) => at * row).join(','));
  writeFileSync(file, [columns.map((at) => `c${at}`).join(','), ...lines, ''].join('\n'));
  const [runs] = await bench.inTurn([assay('check', file, '--json')]);
  const name = '20 rows × 2,000 columns of CSV';
  bench.add(`${name}: assay check`, 'ms', wallTimes(runs), 'reported');
  bench.add(`${name}: peak memory`, 'bytes', peaks(runs), 'bounded');
  rmSync(file);
}

async function manySegments(bench: Bench): Promise<void> {
  const rows = bench.options.rows / 10;
  const file = join(bench.folder, 'trips.parquet');
  const plain = join(bench.folder, 'plain.yaml');
  const checks = join(bench.folder, 'segments.yaml');
  writeFileSync(plain, 'checks: [{row_count: {must_be_greater_than: 0}}]\n');
  writeFileSync(checks, 'segments: [{columns: [trip_id]}]\n');
  await bench.progress('writing the trips', () => makeTrips(file, rows));
  const [without, segmented] = await bench.inTurn([
    assay('check', file, '-c', plain, '--json'),
    assay('check', file, '-c', checks, '--json'),
  ]);
  const name = `${rows.toLocaleString('en')} segments offered`;
  bench.add(
    `${name}: time against none`,
    'ratio',
    ratios(wallTimes(segmented), wallTimes(without)),
    'reported',
  );
  bench.add('peak memory without segments', 'bytes', peaks(without), '–');
  bench.add(`peak memory with ${name}`, 'bytes', peaks(segmented), 'bounded');
  rmSync(file);
}

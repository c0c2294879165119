import { type Bench, caseOf, ratios, times } from '../support/bench.ts';

/** The backfill of real data, against one script that computes the same metrics. */
export async function flightsSuite(bench: Bench): Promise<void> {
  const [ours, plain] = await bench.inTurn([caseOf('flights-backfill.ts'), caseOf('plain-flights.ts')]);
  bench.add('backfill of 182 partitions, 3,000,000 rows', 'ms', times(ours), '≤ 20 s, aim 10 s');
  bench.add('one DuckDB script that computes the same metrics', 'ms', times(plain), '–');
  bench.add('ratio of the two', 'ratio', ratios(times(ours), times(plain)), 'reported, aim ≤ 5');
}

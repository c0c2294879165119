import { type Bench, caseOf, times } from '../support/bench.ts';

/** What learning costs. */
export async function replaySuite(bench: Bench): Promise<void> {
  const [runs = []] = await bench.inTurn([caseOf('replay.ts', '90', '300')]);
  const stepMs = runs.map(({ lastLine }) => (JSON.parse(lastLine) as { stepMs: number }).stepMs);
  bench.add('replay of 90 partitions × 300 metrics', 'ms', times(runs), '< 5 s');
  bench.add('one more partition of 300 metrics', 'ms', stepMs, '< 50 ms');
}

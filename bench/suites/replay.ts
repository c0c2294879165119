import { type Bench, caseOf, times } from '../support/bench.ts';

/** What learning costs. */
export async function replaySuite(bench: Bench): Promise<void> {
  const [runs = []] = await bench.inTurn([caseOf('replay.ts', '90', '300')]);
  const stepMs = runs.map(({ lastLine }) => (JSON.parse(lastLine) as { stepMs: number }).stepMs);
  bench.add('replay of 90 partitions × 300 metrics', 'ms', times(runs), '< 5 s');
  bench.add('one more partition of 300 metrics', 'ms', stepMs, '< 50 ms');
  await evaluation(bench);
}

/** What a worker does to judge a new partition: it replays the history and merges the baseline each time. */
async function evaluation(bench: Bench): Promise<void> {
  const [year = [], wide = []] = await bench.inTurn([
    caseOf('evaluate.ts', '12', '365'),
    caseOf('evaluate.ts', '100', '28'),
  ]);
  for (const runs of [year, wide]) {
    const figures = runs.map(({ lastLine }) => JSON.parse(lastLine) as EvaluationFigures);
    const [first] = figures;
    const name = `evaluation of ${first?.columns} columns, ${first?.metrics} metrics`;
    const add = (what: string, of: (one: EvaluationFigures) => number): void =>
      bench.add(what, 'ms', figures.map(of), 'reported');
    add(`${name}, without a past`, ({ aloneMs }) => aloneMs);
    add(`${name}, ${first?.days} days of history`, ({ historyMs }) => historyMs);
    add(`${name}: baseline on top`, ({ baselineMs }) => baselineMs);
  }
}

type EvaluationFigures = {
  readonly columns: number;
  readonly days: number;
  readonly metrics: number;
  readonly aloneMs: number;
  readonly historyMs: number;
  readonly baselineMs: number;
};

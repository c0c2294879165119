import { assay, type Bench } from '../support/bench.ts';

/** From nothing to the printed incident. */
export async function startSuite(bench: Bench): Promise<void> {
  const [demo = []] = await bench.inTurn([assay('demo', '--once', '--json')]);
  const startMs = demo.map(({ wallMs, lastLine }) => {
    const { totalMs, untilIncidentMs } = JSON.parse(lastLine) as { totalMs: number; untilIncidentMs: number };
    return wallMs - (totalMs - untilIncidentMs);
  });
  bench.add('npm start until the incident is printed', 'ms', startMs, '≤ 30 s');
}

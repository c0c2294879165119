import { cpus, totalmem } from 'node:os';
import { formatBytes } from '../../src/base/units.ts';
import type { LearnerPoint } from '../../src/core/thresholds/learner.ts';
import type { VersionedCache } from '../measure/cache.ts';
import { matureFrom } from '../measure/plan.ts';
import { birthsDefinition } from '../streams/births.ts';
import type { RowStream } from '../streams/stream.ts';
import { startProgress } from '../support/progress.ts';
import { assay } from './assay.ts';
import { baselines } from './baselines/all.ts';
import { nearestNeighbours } from './baselines/nearest-neighbours.ts';
import { falseAlarms } from './count.ts';
import { replayDrift } from './drift.ts';
import { loadStream } from './load.ts';
import type { Method } from './method.ts';
import { noiseSummaries, noiseTasks } from './noise.ts';
import { replay, replayPoints, type StreamData, withoutTests } from './replay.ts';
import type { Curve, DriftSummary, Report } from './report.ts';
import { curveOf, type MethodSummary, summaryOf, tunedThreshold } from './summary.ts';

/** Assay at three budgets; the one in the middle is the default, and what baselines are compared with. */
const budgets = [0.3, 1, 3] as const;
const usualBudget = assay(1);
const methods: readonly Method[] = [...budgets.map(assay), ...baselines];
/** Those that are cheap enough to be judged day by day, and worth it. */
const onDrift: readonly Method[] = [usualBudget, ...baselines.slice(0, 3)];
/** Nearest neighbours take the square of the series' length for each day: too much for 15 years, and one metric is no shape. */
const onBirths = methods.filter((method) => method !== nearestNeighbours);
const onNoise: readonly Method[] = [usualBudget, ...baselines.slice(0, 3)];

/** Judges all streams by all methods. `births` is undefined where there is no such data. */
export function judgeAll(
  streams: readonly RowStream[],
  cache: VersionedCache,
  of: { readonly births: readonly LearnerPoint[] | undefined; readonly duckdb: string },
): Report {
  const steps =
    streams.length * methods.length + (of.births === undefined ? 0 : onBirths.length) + noiseTasks.length;
  const progress = startProgress('judging', steps);
  const found = streams.map((stream) => {
    const data = loadStream(cache, stream);
    return {
      partitions: data.partitions.length,
      ...judgeStream(data, (method) => progress.done(`${stream.name}, ${method}`)),
    };
  });
  const births = onBirths.flatMap((method) => {
    if (of.births === undefined) return [];
    const clean = replayPoints(of.births, method.begin(birthsDefinition));
    progress.done(`births, ${method.name}`);
    return [
      { method: method.name, falseAlarms: falseAlarms(clean, { threshold: method.usual, from: matureFrom }) },
    ];
  });
  const noise = noiseTasks.flatMap((task) => {
    const summaries = noiseSummaries(task, onNoise);
    progress.done(`${task.kind} noise`);
    return summaries;
  });
  progress.end();
  return {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${formatBytes(totalmem())}`,
    duckdb: of.duckdb,
    streams: streams.map(({ name, about }, at) => ({ name, about, partitions: found[at]?.partitions ?? 0 })),
    methods: methods.map(({ name }) => name),
    summaries: found.flatMap(({ summaries }) => summaries),
    tuned: found.flatMap(({ tuned }) => tuned),
    curves: found.flatMap(({ curves }) => curves),
    drifts: found.flatMap(({ drifts }) => drifts),
    births,
    noise,
  };
}

type Judged = {
  readonly summaries: MethodSummary[];
  readonly tuned: MethodSummary[];
  readonly curves: Curve[];
  readonly drifts: DriftSummary[];
};

function judgeStream(data: StreamData, onDone: (method: string) => void): Judged {
  const judged: Judged = { summaries: [], tuned: [], curves: [], drifts: [] };
  const allowed = falseAlarms(replay(withoutTests(data), usualBudget).clean, {
    threshold: 1,
    from: matureFrom,
  });
  for (const method of methods) {
    const one = replay(data, method);
    judged.summaries.push(summaryOf(one));
    if (baselines.includes(method)) {
      judged.tuned.push(summaryOf(one, tunedThreshold(one, allowed.incidents)));
      judged.curves.push({ stream: data.name, method: method.name, points: curveOf(one) });
    }
    if (onDrift.some(({ name }) => name === method.name)) {
      const drifts = replayDrift(data, method, { clean: one.clean, threshold: method.usual });
      judged.drifts.push({ stream: data.name, method: method.name, drifts });
    }
    onDone(method.name);
  }
  return judged;
}

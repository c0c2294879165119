import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../src/base/units.ts';
import type { VersionedCache } from '../measure/cache.ts';
import type { RowStream } from '../streams/stream.ts';
import { runInProcesses } from '../support/process-pool.ts';
import { startProgress } from '../support/progress.ts';
import { baselines } from './baselines/all.ts';
import type { Method } from './method.ts';
import { fewMethods, methods, methodsOnBirths, usualBudget } from './methods.ts';
import { noiseTasks } from './noise.ts';
import type { Findings, Report } from './report.ts';
import type { JudgeTask } from './worker-main.ts';

/** Judges all streams by all methods, and births and noise, which have no errors in them. */
export async function judgeAll(of: {
  readonly streams: readonly RowStream[];
  readonly cache: VersionedCache;
  /** Undefined where there are no births. */
  readonly birthsIn: string | undefined;
  readonly duckdb: string;
  readonly workers: number;
  /** Each so-many-th of the tested partitions is judged. */
  readonly sample: number;
}): Promise<Report> {
  const { streams, cache, birthsIn, sample } = of;
  const vectors = cache.place;
  const on = (method: Method, stream: RowStream) => ({
    method: method.name,
    stream: stream.name,
    vectors,
    sample,
  });
  const own: JudgeTask[] = methods
    .filter((method) => !baselines.includes(method))
    .flatMap((method) => streams.map((stream) => ({ kind: 'stream', ...on(method, stream) }) as const));
  const beside: JudgeTask[] = [
    ...fewMethods.flatMap((method) =>
      streams.map((stream) => ({ kind: 'drift', ...on(method, stream) }) as const),
    ),
    ...noiseTasks.toReversed().map((noise) => {
      return { kind: 'noise', noise: { ...noise, seeds: Math.ceil(noise.seeds / sample) } } as const;
    }),
    ...methodsOnBirths.flatMap(({ name: method }): JudgeTask[] =>
      birthsIn === undefined ? [] : [{ kind: 'births', method, dataDirectory: birthsIn }],
    ),
  ];
  const progress = startProgress('judging', own.length + beside.length + baselines.length * streams.length);
  const run = (tasks: readonly JudgeTask[]): Promise<Findings[]> =>
    runInProcesses<JudgeTask, Findings>({
      file: join(import.meta.dirname, 'worker-main.ts'),
      tasks,
      workers: of.workers,
      onDone: (task) => progress.done('stream' in task ? task.stream : task.kind),
    });
  const first = await run([...own, ...beside]);
  // Baselines are also judged with the threshold that gives no more false alarms than Assay's.
  const ours = first.filter((one) => one.kind === 'stream').map(({ summary }) => summary);
  const others: JudgeTask[] = baselines.flatMap((method) =>
    streams.map((stream) => {
      const mine = ours.find((one) => one.stream === stream.name && one.method === usualBudget.name);
      const allowed = mine && { allowed: mine.falseAlarms };
      return { kind: 'stream', ...on(method, stream), ...allowed } as const;
    }),
  );
  const found = [...first, ...(await run(others))];
  progress.end();
  return {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${formatBytes(totalmem())}`,
    duckdb: of.duckdb,
    sample,
    streams: streams.map(({ name, about }) => ({ name, about, partitions: cache.keys(name).length })),
    judgements: found.filter((one) => one.kind === 'stream'),
    drifts: found.filter((one) => one.kind === 'drift'),
    births: found.filter((one) => one.kind === 'births'),
    noise: found.flatMap((one) => (one.kind === 'noise' ? one.noise : [])),
  };
}

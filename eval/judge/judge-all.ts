import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../src/base/units.ts';
import type { VersionedCache } from '../measure/cache.ts';
import type { RowStream } from '../streams/stream.ts';
import { runInProcesses } from '../support/process-pool.ts';
import { startProgress } from '../support/progress.ts';
import { methods, methodsOnBirths } from './methods.ts';
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
}): Promise<Report> {
  const { streams, cache, birthsIn } = of;
  const vectors = cache.place;
  const tasks: JudgeTask[] = [
    ...methods.flatMap(({ name: method }) =>
      streams.map(({ name: stream }): JudgeTask => ({ kind: 'stream', stream, method, vectors })),
    ),
    ...methodsOnBirths.flatMap(({ name: method }): JudgeTask[] =>
      birthsIn === undefined ? [] : [{ kind: 'births', method, dataDirectory: birthsIn }],
    ),
    ...noiseTasks.map((noise): JudgeTask => ({ kind: 'noise', noise })),
  ];
  const progress = startProgress('judging', tasks.length);
  const found = await runInProcesses<JudgeTask, Findings>({
    file: join(import.meta.dirname, 'worker-main.ts'),
    tasks,
    workers: of.workers,
    onDone: (task) => progress.done(task.kind),
  });
  progress.end();
  return {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${formatBytes(totalmem())}`,
    duckdb: of.duckdb,
    streams: streams.map(({ name, about }) => ({ name, about, partitions: cache.keys(name).length })),
    judgements: found.filter((one) => one.kind === 'stream'),
    births: found.filter((one) => one.kind === 'births'),
    noise: found.flatMap((one) => (one.kind === 'noise' ? one.noise : [])),
  };
}

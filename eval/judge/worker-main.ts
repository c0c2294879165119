import type { CachePlace } from '../measure/assignment.ts';
import { VersionedCache } from '../measure/cache.ts';
import { matureFrom } from '../measure/plan.ts';
import { rowStreams } from '../streams/all.ts';
import { birthsDefinition, readBirths } from '../streams/births.ts';
import { serveTasks } from '../support/process-pool.ts';
import { type FalseAlarms, falseAlarms } from './count.ts';
import { replayDrift } from './drift.ts';
import { judgeStream } from './judge-stream.ts';
import { loadStream } from './load.ts';
import { fewMethods, methodOf } from './methods.ts';
import { type NoiseTask, noiseSummaries } from './noise.ts';
import { replayPoints, type StreamData } from './replay.ts';
import type { Findings } from './report.ts';

/** What is judged at once. */
export type JudgeTask =
  | ({ readonly kind: 'stream'; readonly allowed?: FalseAlarms } & OnStream)
  | ({ readonly kind: 'drift' } & OnStream)
  | { readonly kind: 'births'; readonly method: string; readonly dataDirectory: string }
  | { readonly kind: 'noise'; readonly noise: NoiseTask };

type OnStream = {
  readonly stream: string;
  readonly method: string;
  readonly vectors: CachePlace;
  readonly sample: number;
};

const loaded = new Map<string, StreamData>();

serveTasks(judge);

function judge(task: JudgeTask): Findings {
  switch (task.kind) {
    case 'stream':
      return { kind: 'stream', ...judgeStream(streamOf(task), methodOf(task.method), task.allowed) };
    case 'drift': {
      const { stream, method } = task;
      return { kind: 'drift', stream, method, drifts: replayDrift(streamOf(task), methodOf(method)) };
    }
    case 'births': {
      const method = methodOf(task.method);
      const clean = replayPoints(readBirths(task.dataDirectory), method.begin(birthsDefinition));
      const alarms = falseAlarms(clean, { threshold: method.usual, from: matureFrom });
      return { kind: 'births', method: method.name, falseAlarms: alarms };
    }
    case 'noise':
      return { kind: 'noise', noise: noiseSummaries(task.noise, fewMethods) };
  }
}

function streamOf({ stream: name, vectors: { folder, version }, sample }: OnStream): StreamData {
  const stream = rowStreams.find((one) => one.name === name);
  if (stream === undefined) throw new Error(`there is no stream ${name}`);
  const data = loaded.get(name) ?? loadStream(new VersionedCache(folder, version), stream, sample);
  loaded.set(name, data);
  return data;
}

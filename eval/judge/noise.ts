import { nullStream, type StreamKind, streamKinds } from '../../test/core/thresholds/streams.ts';
import { matureFrom } from '../measure/plan.ts';
import { definitionOf } from '../streams/stream.ts';
import { falseAlarms } from './count.ts';
import type { Method } from './method.ts';
import { replayPoints } from './replay.ts';

/** False incidents per 30 partitions on streams without any error in them. */
export type NoiseSummary = {
  readonly kind: StreamKind;
  readonly metrics: number;
  readonly method: string;
  readonly seeds: number;
  readonly mean: number;
  readonly most: number;
  /** Days with any alarm, per 30: alarms of every day would be one incident. */
  readonly alarmDays: number;
};

const days = 180;
const sizes = [
  { metrics: 10, seeds: 20 },
  { metrics: 100, seeds: 8 },
  { metrics: 400, seeds: 2 },
];

/** A kind of noise at a number of metrics: what is computed at once. */
export type NoiseTask = { readonly kind: StreamKind; readonly metrics: number; readonly seeds: number };

/** All kinds at all sizes. */
export const noiseTasks: readonly NoiseTask[] = sizes.flatMap((size) =>
  streamKinds.map((kind) => ({ kind, ...size })),
);

/** Judges the streams of a task by each method, from the 29th partition on. */
export function noiseSummaries(
  { kind, metrics, seeds }: NoiseTask,
  methods: readonly Method[],
): NoiseSummary[] {
  return methods.map((method) => {
    const rates = Array.from({ length: seeds }, (_, seed) => {
      const points = nullStream(kind, { metrics, days, seed: seed + 1 });
      const clean = replayPoints(points, method.begin(definition));
      return falseAlarms(clean, { threshold: method.usual, from: matureFrom });
    });
    const incidents = rates.map((rate) => rate.incidents);
    return {
      kind,
      metrics,
      method: method.name,
      seeds,
      mean: mean(incidents),
      most: Math.max(...incidents),
      alarmDays: mean(rates.map((rate) => rate.days)),
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const definition = definitionOf({ dataset: 'noise', provider: { type: 'files', path: '/noise' } });

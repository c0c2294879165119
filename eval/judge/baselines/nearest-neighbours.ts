import type { MetricKey } from '../../../src/core/metrics/metric.ts';
import type { LearnerPoint } from '../../../src/core/thresholds/learner.ts';
import type { Judge, Method } from '../method.ts';

const neighbours = 5;
const contamination = 0.01;
const partitionsMin = 8;

/**
 * Average k nearest neighbours (Redyuk, Kaoudi, Markl, Schelter, EDBT 2021): a partition is one point, each metric scaled
 * to 0–1 over the history; its distance is the mean Euclidean distance to the 5 nearest. The score is that distance over
 * the 99th percentile of the distances within the history. Here over all metrics, not only those of the paper.
 */
export const nearestNeighbours: Method = {
  name: 'avg-kNN (EDBT 2021)',
  usual: 1,
  takesTimes: false,
  judgesEachAlone: false,
  begin: () => new NearestNeighbours(),
};

class NearestNeighbours implements Judge {
  readonly #history: ReadonlyMap<MetricKey, number>[] = [];
  #fit: Fit | undefined;

  score(point: LearnerPoint): Map<MetricKey, number> {
    if (this.#history.length < partitionsMin) return new Map();
    const { points, scaled, limit } = (this.#fit ??= fitted(this.#history));
    const distance = meanDistance(scaled(valuesOf(point)), points, -1);
    return new Map([['distance', distance === 0 ? 0 : distance / limit]]);
  }

  absorb(point: LearnerPoint): void {
    this.#history.push(valuesOf(point));
    this.#fit = undefined;
  }
}

type Fit = {
  readonly points: readonly Float64Array[];
  readonly scaled: (values: ReadonlyMap<MetricKey, number>) => Float64Array;
  readonly limit: number;
};

function fitted(history: readonly ReadonlyMap<MetricKey, number>[]): Fit {
  const ranges = new Map<MetricKey, { least: number; greatest: number }>();
  for (const values of history) {
    for (const [metric, value] of values) {
      const { least, greatest } = ranges.get(metric) ?? { least: value, greatest: value };
      ranges.set(metric, { least: Math.min(least, value), greatest: Math.max(greatest, value) });
    }
  }
  const metrics = [...ranges];
  const scaled = (values: ReadonlyMap<MetricKey, number>): Float64Array =>
    Float64Array.from(metrics, ([metric, { least, greatest }]) => {
      const value = values.get(metric) ?? least;
      return (value - least) / (greatest > least ? greatest - least : 1);
    });
  const points = history.map(scaled);
  const distances = points.map((point, at) => meanDistance(point, points, at)).sort((a, b) => a - b);
  const rank = Math.ceil((1 - contamination) * distances.length) - 1;
  return { points, scaled, limit: distances[rank] ?? Number.NaN };
}

function meanDistance(point: Float64Array, points: readonly Float64Array[], except: number): number {
  const distances = points
    .flatMap((other, at) => (at === except ? [] : [squaredDistance(point, other)]))
    .sort((a, b) => a - b)
    .slice(0, neighbours);
  return distances.reduce((sum, squared) => sum + Math.sqrt(squared), 0) / distances.length;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return sum;
}

function valuesOf({ metrics }: LearnerPoint): Map<MetricKey, number> {
  return new Map(
    metrics.flatMap(({ metric, value }) =>
      value === null || !Number.isFinite(value) ? [] : [[metric, value] as const],
    ),
  );
}

import { partitionKey } from '../../../src/base/ids.ts';
import { day } from '../../../src/base/units.ts';
import { createLearner, joiningPartitions, type LearnerPoint } from '../../../src/core/thresholds/learner.ts';
import { defaultMetricRule } from '../../../src/core/thresholds/metric-rule.ts';
import type { LearnedVerdict } from '../../../src/core/thresholds/verdict.ts';
import { createSeededRandom, type SeededRandom } from '../../support/seeded-random.ts';

/** Streams without any error in them: whatever alarms is a false alarm. */
export const streamKinds = ['normal', 't3', 'lognormal', 'walk', 'weekly', 'binomial'] as const;
export type StreamKind = (typeof streamKinds)[number];

/** The key of the nth day from 2001-01-01, a Monday. */
export function dayKey(nth: number): ReturnType<typeof partitionKey> {
  return partitionKey(new Date(Date.UTC(2001, 0, 1) + nth * day).toISOString().slice(0, 10));
}

/** A standard normal deviate (Box and Muller). */
export function normal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Points of a stream of one kind. */
export function nullStream(
  kind: StreamKind,
  of: { metrics: number; days: number; seed: number },
): LearnerPoint[] {
  const random = createSeededRandom(of.seed);
  const levels = Array.from({ length: of.metrics }, () => 100);
  const scale = kind === 'binomial' ? 'percent' : 'number';
  return Array.from({ length: of.days }, (_, nth) => ({
    partition: { key: dayKey(nth), revision: 1 },
    metrics: levels.map((level, at) => {
      const value = draw(kind, { random, nth, level });
      levels[at] = value;
      return { metric: `m${at}`, scale, value, rows: 1_000 } as const;
    }),
  }));
}

function draw(
  kind: StreamKind,
  { random, nth, level }: { random: SeededRandom; nth: number; level: number },
): number {
  const z = normal(random);
  switch (kind) {
    case 'normal':
      return 100 + 10 * z;
    case 't3': {
      const squares = [normal(random), normal(random), normal(random)].reduce((sum, x) => sum + x * x, 0);
      return 100 + (10 * z) / Math.sqrt(squares / 3);
    }
    case 'lognormal':
      return Math.exp(0.8 * z);
    case 'walk':
      return level + z;
    case 'weekly':
      return 100 + 30 * Math.sin((2 * Math.PI * nth) / 7) + 5 * z;
    case 'binomial': {
      // 0.2 % of 1,000 rows, as a Poisson number (Knuth).
      let count = 0;
      for (let product = random.next(); product > Math.exp(-2); product *= random.next()) count += 1;
      return count / 10;
    }
  }
}

/** Feeds points into a fresh learner and returns each partition's verdicts. */
export function judged(points: readonly LearnerPoint[], alertsPerMonth = 1): LearnedVerdict[][] {
  const learner = createLearner({ alertsPerMonth, ruleOf: () => defaultMetricRule });
  return points.map((point) => [...learner.step(point)]);
}

/** Whether a verdict asks for attention. */
export function alarms({ status }: LearnedVerdict): boolean {
  return status === 'warn' || status === 'fail';
}

/** How many incidents the verdicts from `from` on open: alarms of a metric within three partitions are one. */
export function incidentsOf(verdicts: readonly (readonly LearnedVerdict[])[], from: number): number {
  const last = new Map<string, number>();
  let incidents = 0;
  for (const [nth, partition] of verdicts.entries()) {
    const alarming = partition.filter(alarms).map(({ metric }) => metric);
    const joins = alarming.some((metric) => nth - (last.get(metric) ?? -99) <= joiningPartitions);
    for (const metric of alarming) last.set(metric, nth);
    if (nth >= from && alarming.length > 0 && !joins) incidents += 1;
  }
  return incidents;
}

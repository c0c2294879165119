import type { DatasetDefinition } from '../../src/core/datasets/definition.ts';
import type { MetricKey } from '../../src/core/metrics/metric.ts';
import type { LearnerMetric, LearnerPoint } from '../../src/core/thresholds/learner.ts';
import { type MetricVector, metricsOf, type PartitionVectors, type TestVector } from '../measure/vector.ts';
import type { Judge, Method } from './method.ts';

/** A stream as methods judge it. */
export type StreamData = {
  readonly name: string;
  readonly definition: DatasetDefinition;
  /** In order. */
  readonly partitions: readonly PartitionVectors[];
};

/** What a method says about one table of a partition. */
export type Scores = {
  /** Of each metric that was judged. */
  readonly scores: ReadonlyMap<MetricKey, number>;
  /** Checks that alarm by rule, whatever the method. */
  readonly rules: ReadonlyMap<string, number>;
};

/** What a method says about a corrupted partition. */
export type TestScores = Scores & {
  /**
   * The worst score of the metrics that are as in the clean partition. They score as there, and stand in `scores` only where
   * they alarm at the usual threshold.
   */
  readonly unchanged: number;
};

/** A partition with an error in it, judged as if it had come in place of the clean one. */
export type JudgedTest = {
  readonly test: Pick<TestVector, 'id' | 'column' | 'began'>;
  /** The place of its partition. */
  readonly place: number;
  readonly judged: TestScores;
};

/** A stream judged by one method. */
export type Replay = {
  readonly stream: string;
  readonly method: Method;
  /** The clean partitions, in order. */
  readonly clean: readonly Scores[];
  readonly tests: readonly JudgedTest[];
};

/**
 * Judges each clean partition by those before it, and in its place each corrupted one: the judge learns from clean ones
 * alone. Errors that grow are judged by `replayDrift`.
 */
export function replay(stream: StreamData, method: Method): Replay {
  const judge = method.begin(stream.definition);
  const tests: JudgedTest[] = [];
  const clean = stream.partitions.map((partition, place) => {
    const point = pointOf(method, partition, partition.clean);
    const judged = { scores: judge.score(point), rules: partition.clean.rules };
    for (const { vector, ...test } of partition.tests) {
      if (test.began !== undefined) continue;
      const corrupted = pointOf(method, partition, vector);
      tests.push({ test, place, judged: scoredBeside({ judge, method, point, judged }, corrupted, vector) });
    }
    judge.absorb(point);
    return judged;
  });
  return { stream: stream.name, method, clean, tests };
}

type CleanJudgement = {
  readonly judge: Judge;
  readonly method: Method;
  readonly point: LearnerPoint;
  readonly judged: Scores;
};

/** Most errors leave most metrics as they were: only the others are judged again. */
function scoredBeside(clean: CleanJudgement, corrupted: LearnerPoint, { rules }: MetricVector): TestScores {
  const { judge, method, point, judged } = clean;
  if (!method.judgesEachAlone) return { scores: judge.score(corrupted), rules, unchanged: 0 };
  const before = new Map(point.metrics.map((one) => [one.metric, one]));
  const isSame = ({ metric, value, rows }: LearnerMetric): boolean => {
    const one = before.get(metric);
    return one !== undefined && Object.is(one.value, value) && one.rows === rows;
  };
  const [same, others] = [corrupted.metrics.filter(isSame), corrupted.metrics.filter((one) => !isSame(one))];
  const scores = new Map(judge.score({ ...corrupted, metrics: others }));
  let unchanged = 0;
  for (const { metric } of same) {
    const score = judged.scores.get(metric) ?? 0;
    unchanged = Math.max(unchanged, score);
    if (score > method.usual) scores.set(metric, score);
  }
  return { scores, rules, unchanged };
}

/** Judges points that have no other form than their metrics, and so no rules. */
export function replayPoints(points: readonly LearnerPoint[], judge: Judge): Scores[] {
  return points.map((point) => {
    const scores = judge.score(point);
    judge.absorb(point);
    return { scores, rules: new Map() };
  });
}

/** What a method is given of a table. */
export function pointOf(method: Method, partition: PartitionVectors, vector: MetricVector): LearnerPoint {
  const all = metricsOf(partition, vector);
  const times = method.takesTimes ? undefined : timesOf(partition);
  const metrics = times === undefined ? all : all.filter(({ metric }) => !times.has(metric));
  return { partition: { key: partition.key, revision: 1 }, metrics };
}

const timeKinds: ReadonlySet<string> = new Set(['date', 'timestamp']);

/** The keys of the metrics that are points in time. */
function timesOf({ metrics, schemas, clean }: PartitionVectors): ReadonlySet<MetricKey> {
  const columns = schemas[clean.schema]?.filter(({ type }) => timeKinds.has(type.kind)) ?? [];
  const names = new Set(columns.map(({ name }) => name));
  const times = metrics.filter(
    ({ metric, column }) => /^(?:min|max|p\d.*)$/.test(metric) && names.has(column ?? ''),
  );
  return new Set(times.map(({ key }) => key));
}

/** The stream without its errors: what the false alarms of a method are counted on. */
export function withoutTests(stream: StreamData): StreamData {
  return { ...stream, partitions: stream.partitions.map((partition) => ({ ...partition, tests: [] })) };
}

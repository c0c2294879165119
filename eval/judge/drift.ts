import { driftDays } from '../inject/drift.ts';
import type { MetricVector, PartitionVectors } from '../measure/vector.ts';
import { alarmsOf } from './count.ts';
import type { Method } from './method.ts';
import type { Scores } from './replay.ts';
import { pointOf, replay, type StreamData, withoutTests } from './replay.ts';

/** An error that grew from a partition on. */
export type JudgedDrift = {
  readonly id: string;
  readonly column: string;
  /** The place where it began. */
  readonly began: number;
  /** The day on which it was found, from 1; undefined when it was not within `driftDays`. */
  readonly foundOn: number | undefined;
};

/**
 * Judges errors that grow: the judge learns from the corrupted partitions as they come. Found is what alarms on a
 * partition that is quiet for that metric when clean. Drifts that the stream's end cuts short are left out.
 */
export function replayDrift(stream: StreamData, method: Method): JudgedDrift[] {
  const { clean } = replay(withoutTests(stream), method);
  const begins = new Map<number, Set<string>>();
  for (const partition of stream.partitions) {
    for (const { id, began } of partition.tests) {
      if (began !== undefined) begins.set(began, (begins.get(began) ?? new Set()).add(id));
    }
  }
  return [...begins].flatMap(([began, ids]) =>
    began + driftDays > stream.partitions.length
      ? []
      : [...ids].map((id) => oneDrift(stream, method, { clean, began, id })),
  );
}

function oneDrift(
  stream: StreamData,
  method: Method,
  of: { clean: readonly Scores[]; began: number; id: string },
): JudgedDrift {
  const { clean, began, id } = of;
  const threshold = method.usual;
  const judge = method.begin(stream.definition);
  const take = (partition: PartitionVectors, vector: MetricVector): void => {
    judge.absorb(pointOf(method, partition, vector));
  };
  for (const partition of stream.partitions.slice(0, began)) take(partition, partition.clean);
  let column = '';
  for (const [at, partition] of stream.partitions.slice(began, began + driftDays).entries()) {
    const test = partition.tests.find((one) => one.began === began && one.id === id);
    const vector = test?.vector ?? partition.clean;
    column = test?.column ?? column;
    const judged = {
      scores: judge.score(pointOf(method, partition, vector)),
      rules: vector.rules,
    };
    const usual = alarmsOf(clean[began + at] ?? judged, threshold);
    const isFound = [...alarmsOf(judged, threshold)].some((key) => !usual.has(key));
    if (isFound) return { id, column, began, foundOn: at + 1 };
    take(partition, vector);
  }
  return { id, column, began, foundOn: undefined };
}

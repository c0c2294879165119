import { injectionOf } from '../inject/catalogue.ts';
import { matureFrom } from '../measure/plan.ts';
import { isFound } from './count.ts';
import type { Replay } from './replay.ts';

/** How many of the tests with one kind and size of error were found. */
export type Recall = {
  readonly type: string;
  readonly magnitude: string;
  readonly size: number;
  readonly found: number;
  readonly tests: number;
};

/** Recall for each kind and size of error, in the order of the catalogue, on partitions with enough history. */
export function recalls(replay: Replay, threshold: number, from = matureFrom): Recall[] {
  const counts = new Map<string, { found: number; tests: number }>();
  for (const test of replay.tests) {
    if (test.place < from) continue;
    const count = counts.get(test.test.id) ?? { found: 0, tests: 0 };
    counts.set(test.test.id, count);
    count.tests += 1;
    if (isFound(replay, test, threshold)) count.found += 1;
  }
  return [...counts].flatMap(([id, count]) => {
    const injection = injectionOf(id);
    if (injection === undefined) return [];
    const { type, magnitude, size } = injection;
    return [{ type, magnitude, size, ...count }];
  });
}

/** The mean of the recalls of all kinds, each the mean over its sizes. */
export function macroRecall(all: readonly Recall[]): number {
  const types = Map.groupBy(all, ({ type }) => type);
  return mean([...types.values()].map((sizes) => mean(sizes.map(({ found, tests }) => found / tests))));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

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

/** Which tests of a replay count: those of the places `from` (inclusive) to `to` (exclusive). */
export type RecallRange = { readonly from: number; readonly to?: number };

/** Recall for each kind and size of error, in the order of the catalogue. */
export function recalls(
  replay: Replay,
  threshold: number,
  { from, to = Number.POSITIVE_INFINITY }: RecallRange = { from: matureFrom },
): Recall[] {
  const counts = new Map<string, { found: number; tests: number }>();
  for (const test of replay.tests) {
    if (test.place < from || test.place >= to) continue;
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

const detectable = 0.9;

/** The smallest size of each kind from which on nine of ten errors are found; undefined where none is. */
export function detectableSizes(all: readonly Recall[]): ReadonlyMap<string, Recall | undefined> {
  const types = Map.groupBy(all, ({ type }) => type);
  return new Map(
    [...types].map(([type, sizes]) => {
      const falling = sizes.toSorted((a, b) => b.size - a.size);
      const missed = falling.findIndex(({ found, tests }) => found < detectable * tests);
      return [type, missed < 0 ? falling.at(-1) : falling[missed - 1]];
    }),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

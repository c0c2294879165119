import { createSeededChance } from '../../src/core/drills/seeded-chance.ts';
import type { Random } from '../../src/ports/random.ts';

/** Deterministic chance: the same seed gives the same numbers and ids. Ids sort by creation. */
export type SeededRandom = Random & {
  /** A whole number in [0, below). */
  below(below: number): number;
  /** One of `values`. */
  pick<T>(values: readonly T[]): T;
};

/** Makes one from the generator of drills. */
export function createSeededRandom(seed = 1): SeededRandom {
  const seeded = createSeededChance(seed);
  let ids = 0;
  return {
    ...seeded,
    pick: (values) => {
      const value = values[seeded.below(values.length)];
      if (value === undefined) throw new Error('nothing to pick from');
      return value;
    },
    id: () => {
      ids += 1;
      const chance = Array.from({ length: 16 }, () => seeded.below(36).toString(36)).join('');
      return ids.toString(36).padStart(10, '0') + chance;
    },
  };
}

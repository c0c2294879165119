import type { Random } from '../../src/ports/random.ts';

/** Deterministic chance: the same seed gives the same numbers and ids. Ids sort by creation. */
export type SeededRandom = Random & {
  /** A whole number in [0, below). */
  below(below: number): number;
  /** One of `values`. */
  pick<T>(values: readonly T[]): T;
};

/** Makes a generator (mulberry32, Tommy Ettinger, public domain). */
export function createSeededRandom(seed = 1): SeededRandom {
  let state = seed >>> 0;
  let ids = 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('nothing to pick from');
      return value;
    },
    id: () => {
      ids += 1;
      const chance = Array.from({ length: 16 }, () => below(36).toString(36)).join('');
      return ids.toString(36).padStart(10, '0') + chance;
    },
  };
}

import { createSeededRandom, type SeededRandom } from '../../test/support/seeded-random.ts';

/** Chance that depends on nothing but what it is for: the order in which tests run does not matter. */
export function randomOf(...what: readonly (string | number)[]): SeededRandom {
  return createSeededRandom(seedOf(what.join('/')));
}

/** FNV-1a, 32 bits. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/**
 * One draw of chance made into many: the same draw gives each `key` its own number in [0, 1), so that a pure function
 * needs one random argument whatever it decides about. FNV-1a over the key's UTF-16 units (Fowler, Noll, Vo).
 */
export function spreadChance(chance: number, key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  return (chance + (hash >>> 0) / 2 ** 32) % 1;
}

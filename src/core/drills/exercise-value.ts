import type { JobId, TaskName } from '../../base/ids.ts';

/**
 * What an exercise task must commit: a whole number in [0, 2³²) that follows from its address alone, so that a commit
 * under a wrong address, or of another task's value, shows. FNV-1a of 32 bits (Fowler, Noll and Vo;
 * isthe.com/chongo/tech/comp/fnv) over UTF-16 code units.
 */
export function exerciseValue(job: JobId, name: TaskName): number {
  let hash = 0x811c9dc5;
  const address = `${job}/${name}`;
  for (let at = 0; at < address.length; at += 1) {
    hash = Math.imul(hash ^ address.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

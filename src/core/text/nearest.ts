const wordCharactersMax = 64;
const candidatesMax = 5_000;

/**
 * The candidate that `word` was most probably meant to be, or undefined when none is near: case and the separators
 * `_`, `-` and blank do not count, and up to a third of the letters may be wrong, missing, doubled or swapped.
 * Distances are of optimal string alignment (Damerau-Levenshtein without a second edit of the same letters).
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = simplified(word);
  if (wanted === '' || wanted.length > wordCharactersMax) return undefined;
  let best: string | undefined;
  let bestDistance = Math.floor(Math.max(wanted.length, 3) / 3) + 1;
  let seen = 0;
  for (const candidate of candidates) {
    if (seen++ === candidatesMax) break;
    const other = simplified(candidate);
    if (Math.abs(other.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, other);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** `; did you mean “column”?`, or nothing when no candidate is near. Ends a message about an unknown word. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? '' : `; did you mean “${meant}”?`;
}

function simplified(word: string): string {
  return word.toLowerCase().replaceAll(/[\s_-]/g, '');
}

/** How many letters must be changed, added, left out or swapped with their neighbour to make `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? at(beforeLast, j - 2) + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min(replaced, swapped, at(last, j) + 1, at(row, j - 1) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

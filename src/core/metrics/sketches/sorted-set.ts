/** The distinct numbers of both ascending lists, ascending. */
export function unionSorted(a: Float64Array, b: Float64Array): Float64Array {
  const union = new Float64Array(a.length + b.length);
  let length = 0;
  let left = 0;
  let right = 0;
  while (left < a.length || right < b.length) {
    const x = a[left] ?? Number.POSITIVE_INFINITY;
    const y = b[right] ?? Number.POSITIVE_INFINITY;
    union[length++] = Math.min(x, y);
    if (x <= y) left++;
    if (y <= x) right++;
  }
  return union.slice(0, length);
}

/** The distinct numbers of a list, ascending. The list is not changed. */
export function sortedSet(numbers: Float64Array): Float64Array {
  const sorted = numbers.slice().sort();
  return sorted.filter((number, at) => at === 0 || number !== sorted[at - 1]);
}

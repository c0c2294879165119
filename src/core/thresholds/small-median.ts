/** The median of a short list, or of its end beginning at `from`; NaN when that is empty. Sorts a copy in place: quickest for the windows of up to 60 here. */
export function smallMedian(values: ArrayLike<number>, from = 0): number {
  const size = values.length - from;
  if (size === 0) return Number.NaN;
  const sorted = scratch(size);
  for (let at = 0; at < size; at += 1) {
    const value = values[from + at] ?? 0;
    let place = at;
    while (place > 0 && (sorted[place - 1] ?? 0) > value) {
      sorted[place] = sorted[place - 1] ?? 0;
      place -= 1;
    }
    sorted[place] = value;
  }
  const half = size >> 1;
  return size % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}

const shared = new Float64Array(64);

/** The core is synchronous and nothing is kept in it between calls, so one scratch area serves all. */
function scratch(size: number): Float64Array {
  return size <= shared.length ? shared : new Float64Array(size);
}

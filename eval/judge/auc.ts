/**
 * The area under the ROC curve: the probability that a bad partition scores higher than a good one, ties counting half
 * (Mann and Whitney).
 */
export function rocAuc(good: readonly number[], bad: readonly number[]): number {
  const sorted = Float64Array.from(good).sort();
  let sum = 0;
  for (const score of bad) {
    const [below, notAbove] = [firstAtLeast(sorted, score), firstAbove(sorted, score)];
    sum += below + (notAbove - below) / 2;
  }
  return sum / (good.length * bad.length);
}

function firstAtLeast(sorted: Float64Array, score: number): number {
  return firstWhere(sorted, (value) => value >= score);
}

function firstAbove(sorted: Float64Array, score: number): number {
  return firstWhere(sorted, (value) => value > score);
}

function firstWhere(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

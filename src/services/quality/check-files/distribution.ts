import type { ColumnKind } from '../../../core/datasets/schema.ts';
import { type Profile, profilePercentile } from '../../../core/metrics/profile.ts';
import { decodeProfile } from '../../../core/metrics/profile-codec.ts';

/** How a column's values spread: the share of rows in each of twelve ranges of equal width, extremes left out. */
export type Distribution = {
  readonly column: string;
  readonly shares: readonly number[];
};

const ranges = 12;
/** Steps from one quantile to the next: each stands for half a percent of the rows. */
const samples = 200;
/** Left out at each end, so that one outlier does not press all others into one range. */
const tail = 0.01;

const measuredKinds: ReadonlySet<ColumnKind> = new Set(['integer', 'decimal', 'float', 'date', 'timestamp']);

/** The shape of the number and time columns of a partition, from its encoded profile. */
export function columnDistributions(encoded: Uint8Array): Distribution[] {
  const decoded = decodeProfile(encoded);
  if (!decoded.ok) return [];
  const profile = decoded.value;
  return profile.columns
    .filter(({ type }) => measuredKinds.has(type.kind))
    .flatMap(({ name }): Distribution[] => {
      const shares = sharesOf(quantilesOf(profile, name));
      return shares === undefined ? [] : [{ column: name, shares }];
    });
}

/** Values at equal distances of rank; of few rows, all of them. */
function quantilesOf(profile: Profile, column: string): number[] {
  const count = profilePercentile(profile, column, 0)?.rows ?? 0;
  const steps = Math.min(samples, count - 1);
  const cut = count > samples ? tail : 0;
  const quantiles: number[] = [];
  for (let step = 0; step <= steps; step++) {
    // A rank is rounded down: the small addition keeps it from falling to the one before.
    const q = Math.min(1, cut + ((1 - 2 * cut) * (step + 1e-6)) / Math.max(1, steps));
    const value = profilePercentile(profile, column, q)?.value;
    if (value !== undefined && Number.isFinite(value)) quantiles.push(value);
  }
  return quantiles;
}

/** Counts quantiles by range; undefined where there is nothing to draw. */
function sharesOf(quantiles: readonly number[]): number[] | undefined {
  const low = quantiles.at(0);
  const high = quantiles.at(-1);
  if (low === undefined || high === undefined || low >= high) return undefined;
  const shares = Array.from({ length: ranges }, () => 0);
  for (const value of quantiles) {
    const range = Math.min(ranges - 1, Math.floor((ranges * (value - low)) / (high - low)));
    shares[range] = (shares[range] ?? 0) + 1 / quantiles.length;
  }
  return shares;
}

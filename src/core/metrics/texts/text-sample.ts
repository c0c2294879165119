import type { Frequencies } from '../frequencies.ts';
import type { Estimate } from '../sketches/estimate.ts';
import type { HashSpread } from '../sketches/hash-spread.ts';
import { levelLimit } from '../sketches/value-sample.ts';

/**
 * Different texts of a column with the rows of each: all of them, or those known to be frequent and, of the others, those
 * that a hash chose. A hash chooses evenly whatever the order of rows, and the same every time.
 */
export type TextSample = {
  /** Cut by `scanText`. */
  readonly texts: readonly string[];
  readonly counts: Float64Array;
  /** The first so many texts stand for their own rows alone. */
  readonly certain: number;
  /** The rows for which the other texts stand. */
  readonly others: number;
  /**
   * How unevenly those rows lie on their texts: Σ count² ÷ Σ count over all of them, not the chosen ones alone. 1 when
   * each occurs once.
   */
  readonly unevenness: number;
};

/** All texts of a column that was counted value by value; undefined for one of another kind. */
export function wholeSample({ counts, values }: Frequencies): TextSample | undefined {
  if (values.kind !== 'text') return undefined;
  return { texts: values.texts, counts, certain: counts.length, others: 0, unevenness: 0 };
}

/** Different texts with their hashes and rows. */
export type HashedTexts = {
  readonly texts: readonly string[];
  readonly hashes: Float64Array;
  readonly counts: Float64Array;
};

/**
 * The sample of a column of `rows` texts, frequent texts first: of what is given, all that are more frequent than the bound
 * of the spread are there, and of the others all whose hash lies below the limit of `level`.
 */
export function chooseTexts(
  { texts, hashes, counts }: HashedTexts,
  { level, rows, bound, unevenness }: HashSpread & { readonly level: number; readonly rows: number },
): TextSample {
  const places = Array.from(counts.keys());
  const frequent = places.filter((at) => (counts[at] ?? 0) > bound);
  const limit = levelLimit(level);
  const chosen = places.filter((at) => (counts[at] ?? 0) <= bound && (hashes[at] ?? 0) < limit);
  const order = [...frequent, ...chosen];
  const known = frequent.reduce((sum, at) => sum + (counts[at] ?? 0), 0);
  return {
    texts: order.map((at) => texts[at] ?? ''),
    counts: Float64Array.from(order, (at) => counts[at] ?? 0),
    certain: frequent.length,
    others: rows - known,
    unevenness,
  };
}

/** All rows of a sample's column. */
export function sampledRows({ counts, certain, others }: TextSample): number {
  return counts.subarray(0, certain).reduce((sum, count) => sum + count, others);
}

/** Counts by how much of each text's rows belong to a class: all, none, or a share of each. */
export class ShareCounter {
  private readonly sample: TextSample;
  private certain = 0;
  private part = 0;
  private squares = 0;
  private products = 0;

  constructor(sample: TextSample) {
    this.sample = sample;
  }

  /** The rows of the text at a place belong to the class by this share, 0 to 1. */
  add(place: number, share: number): void {
    const count = this.sample.counts[place] ?? 0;
    const part = count * share;
    if (place < this.sample.certain) {
      this.certain += part;
      return;
    }
    this.part += part;
    this.squares += part * part;
    this.products += part * count;
  }

  /**
   * The rows of the class: exact for certain texts, and for the others the ratio estimator with six of its standard errors
   * (Cochran, “Sampling Techniques”, 6.4). The variance is no less than the unevenness of all texts demands. A floor of
   * twelve rows of the heaviest text stands for a class that no chosen text has: its chance to be missed is e^−12.
   */
  estimate(weights: SampleWeights): Estimate {
    const { others, unevenness } = this.sample;
    if (others === 0) return { count: this.certain, error: 0 };
    if (weights.rows === 0) return { count: this.certain, error: others };
    const ratio = this.part / weights.rows;
    const residuals = this.squares - 2 * ratio * this.products + ratio ** 2 * weights.squares;
    const heavier = Math.max(1, (unevenness * weights.rows) / weights.squares);
    const spread = 6 * Math.sqrt(Math.max(0, residuals) * heavier);
    const floor = 12 * Math.max(weights.heaviest, unevenness);
    const error = others * Math.min(1, (spread + floor) / weights.rows);
    return { count: this.certain + others * ratio, error };
  }
}

/** What the chosen texts weigh together. */
export type SampleWeights = { readonly rows: number; readonly squares: number; readonly heaviest: number };

/** The weights of a sample's texts that are not certain. */
export function sampleWeights({ counts, certain }: TextSample): SampleWeights {
  let [rows, squares, heaviest] = [0, 0, 0];
  for (const count of counts.subarray(certain)) {
    rows += count;
    squares += count * count;
    if (count > heaviest) heaviest = count;
  }
  return { rows, squares, heaviest };
}

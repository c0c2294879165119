import type { ByteReader } from '../codec/byte-reader.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';
import type { ColumnMetric } from '../family.ts';

/** A number of rows that is off by at most `error`; whole numbers, the error 0 when the number is exact. */
export type Estimate = { readonly count: number; readonly error: number };

/** No rows, exactly. */
export const noRows: Estimate = { count: 0, error: 0 };

/** Both sets of rows together. */
export function addEstimates(a: Estimate, b: Estimate): Estimate {
  return { count: a.count + b.count, error: a.error + b.error };
}

/** The estimate in whole units of 1/`unit`, the error rounded up. */
export function wholeEstimate({ count, error }: Estimate, unit = 1): Estimate {
  return { count: Math.round(count * unit), error: Math.ceil(error * unit) };
}

/** An estimated share in percent of a whole that is known, undefined of nothing. */
export function estimatePercent(metric: string, { count, error }: Estimate, whole: number): ColumnMetric {
  if (whole === 0) return { metric, value: undefined, scale: 'percent' };
  const value = (100 * count) / whole;
  if (error === 0) return { metric, value, scale: 'percent' };
  return { metric, value, scale: 'percent', absoluteError: Math.min(100, (100 * error) / whole) };
}

/** Writes the number and its error. */
export function writeEstimate(out: ByteWriter, { count, error }: Estimate): void {
  out.unsigned(count);
  out.unsigned(error);
}

/** Reads what `writeEstimate` wrote. */
export function readEstimate(input: ByteReader): Estimate {
  return { count: input.unsigned(), error: input.unsigned() };
}

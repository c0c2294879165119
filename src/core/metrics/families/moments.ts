import type { ColumnMetric, StateFamily } from '../family.ts';
import type { Frequencies } from '../frequencies.ts';
import {
  addSums,
  noSum,
  readSum,
  type Sum,
  sumNumber,
  sumOfProducts,
  writeSum,
} from '../sketches/exact-sum.ts';
import { decimalText } from '../texts/decimal-text.ts';

/**
 * Number of finite values, their sum, and the sum of squared deviations from their mean, which is +∞ once it is beyond
 * the doubles.
 */
export type Moments = { readonly count: number; readonly sum: Sum; readonly squares: number };

/**
 * `avg`, `stddev` (of the sample, divided by n − 1), `sum` of finite numbers. Sums of integers and decimals are exact,
 * those of doubles are added with twice the digits; averages and deviations are exact but for rounding. Deviations merge
 * by Chan, Golub and LeVeque (1979), which does not cancel as a sum of squares would.
 */
export const momentsFamily: StateFamily<Moments> = {
  key: 'moments',
  version: 1,
  applies: (kind) => kind === 'integer' || kind === 'decimal' || kind === 'float',
  empty: () => ({ count: 0, sum: noSum, squares: 0 }),
  merge: mergeMoments,
  fromFrequencies,
  metrics: (state) => {
    const { count, squares } = state;
    const deviation = count > 1 && Number.isFinite(squares) ? Math.sqrt(squares / (count - 1)) : undefined;
    return [
      sumMetric(state),
      { metric: 'avg', value: mean(state), scale: 'number', rows: count },
      { metric: 'stddev', value: deviation, scale: 'number', rows: count },
    ];
  },
  encode: ({ count, sum, squares }, out) => {
    out.unsigned(count);
    writeSum(out, sum);
    out.double(squares);
  },
  decode: (_version, input) => ({ count: input.unsigned(), sum: readSum(input), squares: input.double() }),
};

/** The states of parts of a column, each with at least one row, put together. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const between = ((mean(a) ?? Number.NaN) - (mean(b) ?? Number.NaN)) ** 2 * ((a.count * b.count) / count);
  return { count, sum: addSums(a.sum, b.sum), squares: settleSquares(a.squares + b.squares + between) };
}

/** Squares as the state keeps them: what is not finite is +∞. */
export function settleSquares(squares: number): number {
  return Number.isFinite(squares) ? squares : Number.POSITIVE_INFINITY;
}

function mean({ count, sum }: Moments): number | undefined {
  const total = sumNumber(sum);
  return count === 0 || total === undefined ? undefined : total / count;
}

function fromFrequencies({ counts, values }: Frequencies): Moments {
  if (values.kind !== 'whole' && values.kind !== 'float') return momentsFamily.empty();
  const { numbers } = values;
  const finite = counts.map((count, at) =>
    values.kind === 'whole' || Number.isFinite(numbers[at]) ? count : 0,
  );
  const count = finite.reduce((total, rows) => total + rows, 0);
  if (count === 0) return momentsFamily.empty();
  const sum: Sum =
    values.kind === 'float'
      ? sumOfProducts(numbers, finite)
      : { kind: 'exact', scale: values.scale, units: sumUnits(values.units, counts) };
  const center = mean({ count, sum, squares: 0 }) ?? Number.NaN;
  let squares = 0;
  finite.forEach((rows, at) => {
    if (rows > 0) squares += rows * ((numbers[at] ?? 0) - center) ** 2;
  });
  return { count, sum, squares: settleSquares(squares) };
}

function sumUnits(units: ArrayLike<bigint>, counts: Float64Array): bigint {
  let total = 0n;
  for (let at = 0; at < units.length; at++) total += (units[at] ?? 0n) * BigInt(counts[at] ?? 0);
  return total;
}

function sumMetric({ count, sum }: Moments): ColumnMetric {
  const value = count === 0 ? undefined : sumNumber(sum);
  const metric = { metric: 'sum', value, scale: 'number', rows: count } as const;
  if (count === 0 || sum.kind === 'float' || isPlain(sum.units, sum.scale)) return metric;
  return { ...metric, exact: decimalText(sum.units, sum.scale) };
}

/** Whether the double says it all. */
export function isPlain(units: bigint, scale: number): boolean {
  return scale === 0 && Number.isSafeInteger(Number(units));
}

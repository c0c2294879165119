import type { ColumnMetric, StateFamily } from '../family.ts';
import type { Frequencies, ValueTable } from '../frequencies.ts';
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

/** The same whatever the order of the table is: a batch that is measured again must give the same bits. */
function fromFrequencies({ counts, values }: Frequencies): Moments {
  if (values.kind === 'whole') return momentsOfWhole(values, counts);
  return values.kind === 'float' ? momentsOfFloats(values.numbers, counts) : momentsFamily.empty();
}

function momentsOfWhole(values: Extract<ValueTable, { kind: 'whole' }>, counts: Float64Array): Moments {
  const rows = counts.reduce((total, one) => total + one, 0);
  if (rows === 0) return momentsFamily.empty();
  const { units, squares } = isSmall(values.numbers, values.scale, rows)
    ? smallTotals(values.numbers, counts)
    : exactTotals(values.units, counts);
  // n·Σ(x − mean)² = n·Σx² − (Σx)², all in whole numbers: nothing cancels, and the order does not matter.
  const deviations = BigInt(rows) * squares - units * units;
  const sum: Sum = { kind: 'exact', scale: values.scale, units };
  return { count: rows, sum, squares: settleSquares(Number(deviations) / rows / 100 ** values.scale) };
}

/** Whether all totals are whole numbers that doubles hold exactly. */
function isSmall(numbers: Float64Array, scale: number, rows: number): boolean {
  if (scale !== 0) return false;
  const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  return largest * largest * rows < Number.MAX_SAFE_INTEGER;
}

type Totals = { readonly units: bigint; readonly squares: bigint };

function smallTotals(numbers: Float64Array, counts: Float64Array): Totals {
  let [units, squares] = [0, 0];
  for (let at = 0; at < numbers.length; at++) {
    const [number, rows] = [numbers[at] ?? 0, counts[at] ?? 0];
    units += number * rows;
    squares += number * number * rows;
  }
  return { units: BigInt(units), squares: BigInt(squares) };
}

function exactTotals(values: ArrayLike<bigint>, counts: Float64Array): Totals {
  let [units, squares] = [0n, 0n];
  for (let at = 0; at < values.length; at++) {
    const weighted = (values[at] ?? 0n) * BigInt(counts[at] ?? 0);
    units += weighted;
    squares += weighted * (values[at] ?? 0n);
  }
  return { units, squares };
}

function momentsOfFloats(numbers: Float64Array, counts: Float64Array): Moments {
  const order = Uint32Array.from(numbers.keys())
    .filter((at) => Number.isFinite(numbers[at]))
    .sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0));
  const values = Float64Array.from(order, (at) => numbers[at] ?? 0);
  const rows = Float64Array.from(order, (at) => counts[at] ?? 0);
  const count = rows.reduce((total, one) => total + one, 0);
  if (count === 0) return momentsFamily.empty();
  const sum = sumOfProducts(values, rows);
  const center = mean({ count, sum, squares: 0 }) ?? Number.NaN;
  const squares = values.reduce((total, value, at) => total + (rows[at] ?? 0) * (value - center) ** 2, 0);
  return { count, sum, squares: settleSquares(squares) };
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

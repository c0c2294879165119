import { unreachable } from '../../../base/assert.ts';
import type { ColumnType } from '../../datasets/schema.ts';
import type { ByteReader } from '../codec/byte-reader.ts';
import { readable } from '../codec/byte-reader.ts';
import type { ByteWriter } from '../codec/byte-writer.ts';
import type { ColumnMetric, StateFamily } from '../family.ts';
import type { Frequencies } from '../frequencies.ts';
import { scaledNumber, scaleMax } from '../sketches/exact-sum.ts';
import { dateText, timestampText, timeText } from '../texts/calendar-text.ts';
import { decimalText } from '../texts/decimal-text.ts';
import { compareText } from '../texts/order.ts';
import { cutText } from '../texts/shorten.ts';
import { isPlain } from './moments.ts';

/** The smallest and the largest value. Exact ones are whole multiples of 10^−scale, days or microseconds. */
export type Extremes =
  | { readonly kind: 'none' }
  | { readonly kind: 'float'; readonly min: number; readonly max: number }
  | { readonly kind: 'exact'; readonly scale: number; readonly min: bigint; readonly max: bigint }
  /** The first 64 characters. */
  | { readonly kind: 'text'; readonly min: string; readonly max: string };

/**
 * `min`, `max` of finite numbers, texts (by code points, first 64 characters), dates, timestamps and times: exact. The
 * value is a number, or milliseconds since 1970 (times of day: since midnight); texts have only their exact text.
 */
export const extremesFamily: StateFamily<Extremes> = {
  key: 'extremes',
  version: 1,
  applies: (kind) => kind !== 'boolean' && kind !== 'other',
  empty: () => ({ kind: 'none' }),
  merge: mergeExtremes,
  fromFrequencies,
  metrics: (state, { type }) => [extreme('min', state, type), extreme('max', state, type)],
  encode,
  decode: (_version, input) => decode(input),
};

function mergeExtremes(a: Extremes, b: Extremes): Extremes {
  if (a.kind === 'none') return b;
  if (b.kind === 'none') return a;
  if (a.kind === 'text' || b.kind === 'text') {
    if (a.kind !== 'text' || b.kind !== 'text') return { kind: 'none' };
    return {
      kind: 'text',
      min: compareText(a.min, b.min) <= 0 ? a.min : b.min,
      max: compareText(a.max, b.max) >= 0 ? a.max : b.max,
    };
  }
  if (a.kind === 'exact' && b.kind === 'exact') return mergeExact(a, b);
  const [x, y] = [asFloat(a), asFloat(b)];
  return { kind: 'float', min: Math.min(x.min, y.min), max: Math.max(x.max, y.max) };
}

type Exact = Extract<Extremes, { kind: 'exact' }>;

function mergeExact(a: Exact, b: Exact): Exact {
  const scale = Math.max(a.scale, b.scale);
  const [ofA, ofB] = [10n ** BigInt(scale - a.scale), 10n ** BigInt(scale - b.scale)];
  const min = a.min * ofA <= b.min * ofB ? a.min * ofA : b.min * ofB;
  const max = a.max * ofA >= b.max * ofB ? a.max * ofA : b.max * ofB;
  return { kind: 'exact', scale, min, max };
}

function asFloat(state: Exact | Extract<Extremes, { kind: 'float' }>): { min: number; max: number } {
  if (state.kind === 'float') return state;
  return { min: scaledNumber(state.min, state.scale), max: scaledNumber(state.max, state.scale) };
}

function fromFrequencies({ values }: Frequencies): Extremes {
  switch (values.kind) {
    case 'text':
      return textExtremes(values.texts);
    case 'float': {
      const finite = values.numbers.filter((number) => Number.isFinite(number));
      if (finite.length === 0) return { kind: 'none' };
      const min = finite.reduce((least, number) => Math.min(least, number));
      const max = finite.reduce((most, number) => Math.max(most, number));
      return { kind: 'float', min: min + 0, max: max + 0 };
    }
    case 'whole':
      return exactExtremes(values.units, values.numbers, values.scale);
    case 'time':
      return exactExtremes(values.units, values.numbers, 0);
    default:
      return { kind: 'none' };
  }
}

function textExtremes(texts: readonly string[]): Extremes {
  let [min, max] = [texts[0], texts[0]];
  for (const text of texts) {
    if (min === undefined || compareText(text, min) < 0) min = text;
    if (max === undefined || compareText(text, max) > 0) max = text;
  }
  if (min === undefined || max === undefined) return { kind: 'none' };
  return { kind: 'text', min: cutText(min), max: cutText(max) };
}

function exactExtremes(units: ArrayLike<bigint>, numbers: Float64Array, scale: number): Extremes {
  let min: bigint | undefined;
  let max: bigint | undefined;
  for (let at = 0; at < units.length; at++) {
    const unit = units[at];
    if (unit === undefined || !Number.isFinite(numbers[at])) continue;
    if (min === undefined || unit < min) min = unit;
    if (max === undefined || unit > max) max = unit;
  }
  return min === undefined || max === undefined ? { kind: 'none' } : { kind: 'exact', scale, min, max };
}

function extreme(metric: 'min' | 'max', state: Extremes, type: ColumnType): ColumnMetric {
  switch (state.kind) {
    case 'none':
      return { metric, value: undefined, scale: 'number' };
    case 'float':
      return { metric, value: state[metric], scale: 'number' };
    case 'text':
      return { metric, value: undefined, exact: state[metric], scale: 'number' };
    case 'exact':
      return exactExtreme(metric, state[metric], { type, scale: state.scale });
    default:
      return unreachable(state);
  }
}

function exactExtreme(
  metric: string,
  units: bigint,
  { type, scale }: { type: ColumnType; scale: number },
): ColumnMetric {
  switch (type.kind) {
    case 'date':
      return { metric, value: Number(units) * 86_400_000, exact: dateText(units), scale: 'number' };
    case 'timestamp': {
      const zone = type.native.endsWith('WITH TIME ZONE') ? 'Z' : '';
      return { metric, value: Number(units) / 1_000, exact: timestampText(units) + zone, scale: 'number' };
    }
    case 'time':
      return { metric, value: Number(units) / 1_000, exact: timeText(units), scale: 'number' };
    default: {
      const value = scaledNumber(units, scale);
      const plain = { metric, value: Number.isFinite(value) ? value : undefined, scale: 'number' } as const;
      return isPlain(units, scale) ? plain : { ...plain, exact: decimalText(units, scale) };
    }
  }
}

const kinds = ['none', 'float', 'exact', 'text'] as const;

function encode(state: Extremes, out: ByteWriter): void {
  out.byte(kinds.indexOf(state.kind));
  if (state.kind === 'float') {
    out.double(state.min);
    out.double(state.max);
  } else if (state.kind === 'exact') {
    out.unsigned(state.scale);
    out.bigint(state.min);
    out.bigint(state.max);
  } else if (state.kind === 'text') {
    out.text(state.min);
    out.text(state.max);
  }
}

function decode(input: ByteReader): Extremes {
  const kind = kinds[input.byte()];
  readable(kind !== undefined, 'extremes are of no known kind');
  switch (kind) {
    case 'none':
      return { kind };
    case 'float':
      return { kind, min: input.double(), max: input.double() };
    case 'text':
      return { kind, min: input.text(), max: input.text() };
    case 'exact': {
      const scale = input.unsigned();
      readable(scale <= scaleMax, 'a scale is out of range');
      return { kind, scale, min: input.bigint(), max: input.bigint() };
    }
    default:
      return unreachable(kind);
  }
}

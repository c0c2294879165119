import { unreachable } from '../../../base/assert.ts';
import { type Extremes, extremesFamily } from '../../../core/metrics/families/extremes.ts';
import { lengthsFamily } from '../../../core/metrics/families/lengths.ts';
import {
  type Moments,
  mergeMoments,
  momentsFamily,
  settleSquares,
} from '../../../core/metrics/families/moments.ts';
import { type StateFamily, stateEntry } from '../../../core/metrics/family.ts';
import { floatSum } from '../../../core/metrics/sketches/exact-sum.ts';
import { textCharactersMax } from '../../../core/metrics/texts/shorten.ts';
import { timeUnits, unitsOfText } from './frequency-pass.ts';
import { firstAggregate, type HashGroups } from './hash-groups.ts';
import type { ColumnForm } from './measured-column.ts';

/** Beyond this the square of a deviation could pass the doubles, at which DuckDB's var_pop gives up with an error. */
export const squareLimit = 1e150;

/** 10^18: splits 128-bit numbers so that neither half's sum can overflow. */
const half = 10n ** 18n;

/**
 * The aggregates over `v` from which `groupStates` makes states, for each group. `careful` ones also bear NaN, infinite
 * and extreme values; the others cost half as much.
 */
export function groupAggregates(form: ColumnForm, native: string, careful: boolean): readonly string[] {
  switch (form.kind) {
    case 'integer':
    case 'wide':
      return [
        'min(v)::varchar',
        'max(v)::varchar',
        ...(form.kind === 'wide' && form.halves ? halfSums(native) : [`'0'`, 'sum(v)::varchar']),
        'var_pop(v::double)',
      ];
    case 'float':
      return careful ? carefulFloats : ['min(v)', 'max(v)', 'sum(v)', rows, 'var_pop(v)', rows];
    case 'date':
    case 'timestamp':
    case 'time': {
      const units = (time: string): string => timeUnits(form.kind, time);
      if (!careful || form.kind === 'time') {
        const finite = form.kind === 'time' ? '1' : '(isfinite(min(v)) and isfinite(max(v)))';
        return [units('min(v)'), units('max(v)'), rows, `${finite}::double`];
      }
      const only = 'filter (isfinite(v))';
      return [units(`min(v) ${only}`), units(`max(v) ${only}`), `count(*) ${only}::double`, '1::double'];
    }
    case 'text': {
      const cut = (text: string): string => `left(${text}, ${textCharactersMax})`;
      const lengths = [
        'min(length(v))',
        'max(length(v))',
        'sum(length(v))',
        'count(*) filter (length(v) = 0)',
      ];
      return [cut('min(v)'), cut('max(v)'), ...lengths.map((length) => `${length}::double`)];
    }
    case 'boolean':
    case 'opaque':
      return [];
    default:
      return unreachable(form);
  }
}

const rows = 'count(*)::double';

const moderate = `case when abs(v) <= ${squareLimit} then v end`;

const carefulFloats = [
  `coalesce(min(v) filter (isfinite(v)), 'infinity')`,
  `coalesce(max(v) filter (isfinite(v)), '-infinity')`,
  'coalesce(sum(v) filter (isfinite(v)), 0)',
  'count(*) filter (isfinite(v))::double',
  `coalesce(var_pop(${moderate}), 0)`,
  `count(${moderate})::double`,
];

/** The sums of the high and low part of the units. */
function halfSums(native: string): readonly string[] {
  const units = !native.startsWith('DECIMAL')
    ? { text: 'v', type: native }
    : { text: `replace(v::varchar, '.', '')::hugeint`, type: 'hugeint' };
  const divisor = `${half}::${units.type}`;
  return [
    `sum((${units.text} // ${divisor})::hugeint)::varchar`,
    `sum((${units.text} % ${divisor})::hugeint)::varchar`,
  ];
}

/** Rows of each group, nulls left out, and the query's result, whose aggregates start at column `firstAggregate`. */
type Aggregates = Pick<HashGroups, 'counts' | 'result'>;

/** What the aggregates say about the whole column. */
export type GroupStates = {
  readonly entries: readonly (readonly [string, unknown])[];
  /** The range of finite values; times in milliseconds. Without values from ∞ to −∞. */
  readonly min: number;
  readonly max: number;
  /** Values that are neither NaN nor infinite. */
  readonly finite: number;
};

/** The states of the whole column from the groups' aggregates. */
export function groupStates(form: ColumnForm, groups: Aggregates): GroupStates {
  switch (form.kind) {
    case 'integer':
      return wholeStates(groups, 0);
    case 'wide':
      return wholeStates(groups, form.scale);
    case 'float':
      return floatStates(groups);
    case 'date':
    case 'timestamp':
    case 'time':
      return timeStates(groups, form.kind);
    case 'text':
      return textStates(groups);
    case 'boolean':
    case 'opaque':
      return { ...nothing, finite: 0, entries: [] };
    default:
      return unreachable(form);
  }
}

const nothing = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY } as const;

function wholeStates({ counts, result }: Aggregates, scale: number): GroupStates {
  const [min, max, high, low] = [0, 1, 2, 3].map((at) => result.texts(firstAggregate + at).map(unitsOfText));
  const variances = result.doubles(firstAggregate + 4);
  const extremes: Extremes[] = [];
  const moments: Moments[] = [];
  counts.forEach((count, at) => {
    extremes.push({ kind: 'exact', scale, min: min?.[at] ?? 0n, max: max?.[at] ?? 0n });
    const units = (high?.[at] ?? 0n) * half + (low?.[at] ?? 0n);
    const squares = settleSquares((variances[at] ?? 0) * count);
    moments.push({ count, sum: { kind: 'exact', scale, units }, squares });
  });
  const whole = fold(extremesFamily, extremes);
  const range =
    whole.kind === 'exact'
      ? { min: Number(whole.min) / 10 ** scale, max: Number(whole.max) / 10 ** scale }
      : nothing;
  const finite = counts.reduce((sum, count) => sum + count, 0);
  return { entries: [stateEntry(extremesFamily, whole), momentsEntry(moments)], ...range, finite };
}

function floatStates({ counts, result }: Aggregates): GroupStates {
  const [min, max, sums, finites, variances, moderates] = [0, 1, 2, 3, 4, 5].map((at) =>
    result.doubles(firstAggregate + at),
  );
  let [least, most, finite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  const moments: Moments[] = [];
  counts.forEach((_, at) => {
    const count = finites?.[at] ?? 0;
    if (count === 0) return;
    finite += count;
    least = Math.min(least, (min?.[at] ?? 0) + 0);
    most = Math.max(most, (max?.[at] ?? 0) + 0);
    const known = moderates?.[at] === count;
    const squares = known ? (variances?.[at] ?? 0) * count : Number.POSITIVE_INFINITY;
    moments.push({ count, sum: floatSum(sums?.[at] ?? 0), squares: settleSquares(squares) });
  });
  const extremes: Extremes = finite === 0 ? { kind: 'none' } : { kind: 'float', min: least, max: most };
  return {
    entries: [stateEntry(extremesFamily, extremes), momentsEntry(moments)],
    min: least,
    max: most,
    finite,
  };
}

/** Whether times were asked for without care, but some are infinite: then the care is needed. */
export function hasInfiniteTimes(form: ColumnForm, { result }: HashGroups): boolean {
  return (
    (form.kind === 'date' || form.kind === 'timestamp') && result.doubles(firstAggregate + 3).includes(0)
  );
}

function timeStates({ counts, result }: Aggregates, kind: 'date' | 'timestamp' | 'time'): GroupStates {
  const [min, max] = [result.bigints(firstAggregate), result.bigints(firstAggregate + 1)];
  const finites = result.doubles(firstAggregate + 2);
  const extremes: Extremes[] = [];
  counts.forEach((_, at) => {
    if (finites[at] !== 0) extremes.push({ kind: 'exact', scale: 0, min: min[at] ?? 0n, max: max[at] ?? 0n });
  });
  const whole = fold(extremesFamily, extremes);
  const factor = kind === 'date' ? 86_400_000 : 1 / 1_000;
  const range =
    whole.kind === 'exact' ? { min: Number(whole.min) * factor, max: Number(whole.max) * factor } : nothing;
  const finite = finites.reduce((sum, count) => sum + count, 0);
  return { entries: [stateEntry(extremesFamily, whole)], ...range, finite };
}

function textStates({ counts, result }: Aggregates): GroupStates {
  const [least, most] = [result.texts(firstAggregate), result.texts(firstAggregate + 1)];
  const [min, max, sum, empties] = [2, 3, 4, 5].map((at) => result.doubles(firstAggregate + at));
  const extremes = least.map((text, at): Extremes => ({ kind: 'text', min: text, max: most[at] ?? text }));
  const lengths = Array.from(counts, (count, at) => ({
    count,
    min: min?.[at] ?? 0,
    max: max?.[at] ?? 0,
    sum: sum?.[at] ?? 0,
    empties: empties?.[at] ?? 0,
  }));
  const entries = [
    stateEntry(extremesFamily, fold(extremesFamily, extremes)),
    stateEntry(lengthsFamily, fold(lengthsFamily, lengths)),
  ];
  return { entries, ...nothing, finite: counts.reduce((total, count) => total + count, 0) };
}

function momentsEntry(parts: readonly Moments[]): readonly [string, unknown] {
  return stateEntry(momentsFamily, parts.reduce(mergeMoments, momentsFamily.empty()));
}

function fold<State>(family: StateFamily<State>, states: readonly State[]): State {
  return states.reduce((whole, state) => family.merge(whole, state), family.empty());
}

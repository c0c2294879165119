import { parseDurationMs } from '../../../base/units.ts';
import type { SetCondition } from '../../checks/definition.ts';
import type { MetricScale } from '../../metrics/metric.ts';
import { type Decoder, describe, number, parsed } from './decoder.ts';
import { type Decoded, optional } from './object.ts';
import type { Place } from './place.ts';

/** The operators of set bounds, as they stand in YAML. */
export const operators = [
  'must_be',
  'must_not_be',
  'must_be_greater_than',
  'must_be_greater_than_or_equal',
  'must_be_less_than',
  'must_be_less_than_or_equal',
  'must_be_between',
  'must_be_not_between',
] as const satisfies readonly SetCondition['operator'][];

type PairOperator = Extract<SetCondition, { low: number }>['operator'];

type Pair = readonly [low: number, high: number];

/** The optional fields of all operators, with values in the unit of `scale`. */
export function operatorFields(scale: MetricScale) {
  const value = optional(boundDecoder(scale));
  const pair = optional(pairDecoder(boundDecoder(scale)));
  return {
    must_be: value,
    must_not_be: value,
    must_be_greater_than: value,
    must_be_greater_than_or_equal: value,
    must_be_less_than: value,
    must_be_less_than_or_equal: value,
    must_be_between: pair,
    must_be_not_between: pair,
  } as const satisfies Readonly<Record<SetCondition['operator'], unknown>>;
}

/** The conditions of the operators that were given. */
export function conditionsOf(given: Decoded<ReturnType<typeof operatorFields>>): SetCondition[] {
  return operators.flatMap((operator): SetCondition[] => {
    if (isPairOperator(operator)) {
      const pair = given[operator];
      return pair === undefined ? [] : [{ operator, low: pair[0], high: pair[1] }];
    }
    const value = given[operator];
    return value === undefined ? [] : [{ operator, value }];
  });
}

/** Reports conditions that no value of the metric can meet together, such as less than 5 and greater than 10. */
export function reportImpossible(
  conditions: readonly SetCondition[],
  context: { readonly scale: MetricScale; readonly place: Place },
): boolean {
  const { scale, place } = context;
  if (!isImpossible(conditions, domainOf(scale))) return false;
  const domain = isImpossible(conditions, domainOf('number')) ? '' : domainText(scale);
  place.report(`can never hold: no value is ${conditions.map(conditionText).join(' and ')}${domain}`);
  return true;
}

function isImpossible(conditions: readonly SetCondition[], domain: Range): boolean {
  const { low, high, openLow, openHigh } = conditions.reduce(narrowed, domain);
  if (low > high || (low === high && (openLow || openHigh))) return true;
  return conditions.some((condition) => excludes(condition, { low, high, openLow, openHigh }));
}

function boundDecoder(scale: MetricScale): Decoder<number> {
  if (scale === 'duration')
    return parsed(parseDurationMs, 'a duration with its unit, such as 26h, 90m or 2d');
  if (scale === 'distance') return number({ min: 0, max: 1 });
  return scale === 'percent' ? number({ min: 0, max: 100 }) : number();
}

function pairDecoder(value: Decoder<number>): Decoder<Pair> {
  return (input, place) => {
    if (!Array.isArray(input) || input.length !== 2) {
      return place.report(
        `must be a list of two, the lower and the upper bound, such as [1, 100]; is ${describe(input)}`,
      );
    }
    const low = value(input[0], place.at(0));
    const high = value(input[1], place.at(1));
    if (low === undefined || high === undefined) return undefined;
    return low <= high ? [low, high] : place.report('the lower bound must stand first');
  };
}

function isPairOperator(operator: SetCondition['operator']): operator is PairOperator {
  return operator === 'must_be_between' || operator === 'must_be_not_between';
}

type Range = {
  readonly low: number;
  readonly high: number;
  readonly openLow: boolean;
  readonly openHigh: boolean;
};

function domainOf(scale: MetricScale): Range {
  const isBounded = scale === 'count' || scale === 'percent' || scale === 'distance';
  const high = scale === 'percent' ? 100 : scale === 'distance' ? 1 : Number.POSITIVE_INFINITY;
  return { low: isBounded ? 0 : Number.NEGATIVE_INFINITY, high, openLow: false, openHigh: false };
}

function domainText(scale: MetricScale): string {
  if (scale === 'count') return ' for a count, which is 0 or more';
  if (scale === 'distance') return ' for a distance, which is 0–1';
  return scale === 'percent' ? ' for a percentage, which is 0–100' : '';
}

/** The part of `range` that meets `condition`; conditions that cut holes are left to `excludes`. */
function narrowed(range: Range, condition: SetCondition): Range {
  switch (condition.operator) {
    case 'must_be':
      return above(below(range, { bound: condition.value, open: false }), {
        bound: condition.value,
        open: false,
      });
    case 'must_be_greater_than':
      return above(range, { bound: condition.value, open: true });
    case 'must_be_greater_than_or_equal':
      return above(range, { bound: condition.value, open: false });
    case 'must_be_less_than':
      return below(range, { bound: condition.value, open: true });
    case 'must_be_less_than_or_equal':
      return below(range, { bound: condition.value, open: false });
    case 'must_be_between':
      return above(below(range, { bound: condition.high, open: false }), {
        bound: condition.low,
        open: false,
      });
    case 'must_not_be':
    case 'must_be_not_between':
      return range;
  }
}

function above(range: Range, limit: { readonly bound: number; readonly open: boolean }): Range {
  if (limit.bound < range.low) return range;
  return { ...range, low: limit.bound, openLow: limit.open || (limit.bound === range.low && range.openLow) };
}

function below(range: Range, limit: { readonly bound: number; readonly open: boolean }): Range {
  if (limit.bound > range.high) return range;
  return {
    ...range,
    high: limit.bound,
    openHigh: limit.open || (limit.bound === range.high && range.openHigh),
  };
}

function excludes(condition: SetCondition, range: Range): boolean {
  if (condition.operator === 'must_not_be')
    return range.low === condition.value && range.high === condition.value;
  return (
    condition.operator === 'must_be_not_between' && range.low >= condition.low && range.high <= condition.high
  );
}

function conditionText(condition: SetCondition): string {
  const words = condition.operator
    .replace(/^must_(not_)?be_?/, '$1')
    .replaceAll('_', ' ')
    .trim();
  const bounds = 'low' in condition ? `${condition.low} and ${condition.high}` : String(condition.value);
  return `${words} ${bounds}`.trim();
}

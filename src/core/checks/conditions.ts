import type { SetCondition, SetThreshold } from './definition.ts';

/** Whether a value keeps one condition. Bounds of `between` belong to the range, as in SQL. */
export function keeps(value: number, condition: SetCondition): boolean {
  if (Number.isNaN(value)) return false;
  switch (condition.operator) {
    case 'must_be':
      return value === condition.value;
    case 'must_not_be':
      return value !== condition.value;
    case 'must_be_greater_than':
      return value > condition.value;
    case 'must_be_greater_than_or_equal':
      return value >= condition.value;
    case 'must_be_less_than':
      return value < condition.value;
    case 'must_be_less_than_or_equal':
      return value <= condition.value;
    case 'must_be_between':
      return value >= condition.low && value <= condition.high;
    case 'must_be_not_between':
      return value < condition.low || value > condition.high;
  }
}

/** The band that set conditions leave, for showing; sides without a bound are absent. */
export function conditionBounds({ conditions }: SetThreshold): { lower?: number; upper?: number } {
  let lower = Number.NEGATIVE_INFINITY;
  let upper = Number.POSITIVE_INFINITY;
  for (const condition of conditions) {
    const [low, high] = boundsOf(condition);
    lower = Math.max(lower, low);
    upper = Math.min(upper, high);
  }
  return { ...(Number.isFinite(lower) ? { lower } : {}), ...(Number.isFinite(upper) ? { upper } : {}) };
}

function boundsOf(condition: SetCondition): readonly [number, number] {
  const none = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  switch (condition.operator) {
    case 'must_be':
      return [condition.value, condition.value];
    case 'must_be_greater_than':
    case 'must_be_greater_than_or_equal':
      return [condition.value, none[1]];
    case 'must_be_less_than':
    case 'must_be_less_than_or_equal':
      return [none[0], condition.value];
    case 'must_be_between':
      return [condition.low, condition.high];
    case 'must_not_be':
    case 'must_be_not_between':
      return none;
  }
}

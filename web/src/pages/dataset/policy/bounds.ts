import { parseDurationMs } from '../../../../../src/base/units.ts';
import type { SetCondition } from '../../../../../src/core/checks/definition.ts';
import { splitMetricKey } from '../../../../../src/core/checks/format.ts';
import { knownMetrics } from '../../../../../src/core/datasets/decode/known-metrics.ts';

/** A bound as it is being typed; `high` counts for pairs alone. */
export type Bound = {
  readonly operator: SetCondition['operator'];
  readonly low: string;
  readonly high: string;
};

/** A stored condition as people would type it. */
export function boundOf(metric: string, condition: SetCondition): Bound {
  const write = (value: number): string => (isDuration(metric) ? durationText(value) : String(value));
  const { operator } = condition;
  if ('low' in condition) return { operator, low: write(condition.low), high: write(condition.high) };
  return { operator, low: write(condition.value), high: '' };
}

/** The condition that a bound means, or what is wrong with it. */
export function conditionOf(metric: string, { operator, low, high }: Bound): SetCondition | string {
  const first = readNumber(metric, low);
  if (typeof first === 'string') return first;
  if (operator !== 'must_be_between' && operator !== 'must_be_not_between') return { operator, value: first };
  const second = readNumber(metric, high);
  if (typeof second === 'string') return second;
  return first <= second ? { operator, low: first, high: second } : 'the lower one stands first';
}

/** What a bound of a metric looks like. */
export function boundExample(metric: string): string {
  if (isDuration(metric)) return '26h';
  return splitMetricKey(metric).name.endsWith('_percent') ? '0 to 100' : 'a number';
}

/** Whether a metric has a number, so that bounds can be set. */
export function hasBounds(metric: string): boolean {
  return knownMetrics[metric]?.scale !== 'none';
}

function isDuration(metric: string): boolean {
  return knownMetrics[metric]?.scale === 'duration';
}

function readNumber(metric: string, text: string): number | string {
  if (isDuration(metric)) return parseDurationMs(text) ?? 'such as 26h, 90m, 2d';
  const value = Number(text.trim().replaceAll(',', ''));
  return text.trim() === '' || !Number.isFinite(value) ? 'a number' : value;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

function durationText(ms: number): string {
  const unit = units.find(([, length]) => ms >= length && ms % length === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}

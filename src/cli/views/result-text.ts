import type { SetCondition } from '../../core/checks/definition.ts';
import { formatOf, formatValue, type ValueFormat } from '../../core/checks/format.ts';
import type { Result, ResultStatus } from '../../core/checks/result.ts';
import { countStatuses } from '../../core/checks/status.ts';
import { bandText } from '../../core/checks/summary.ts';
import { describeSchemaChange } from '../../core/datasets/schema-change.ts';
import type { MetricScale } from '../../core/metrics/metric.ts';
import type { LearnedRecord } from '../../core/thresholds/record.ts';
import type { ExitCode } from '../command-set.ts';
import { statusMark, statusStyle } from '../render/style.ts';
import type { Cell } from '../render/table.ts';
import { visibleText, wrapText } from '../render/text-width.ts';

/** The exit code that tells a script about a status. */
export function exitCodeOf(status: ResultStatus): ExitCode {
  switch (status) {
    case 'fail':
      return 1;
    case 'warn':
      return 2;
    case 'error':
      return 3;
    case 'pass':
    case 'not_evaluated':
      return 0;
  }
}

/** A status as a cell: mark and word, in its colour. */
export function statusCell(status: ResultStatus | undefined): Cell {
  if (status === undefined) return '';
  return { text: `${statusMark(status)} ${status.replace('_', ' ')}`, style: statusStyle(status) };
}

/** `2 fail, 1 warn, 30 pass`, the worst first. */
export function countsText(results: readonly Pick<Result, 'status'>[]): string {
  const counts = countStatuses(results);
  const order = ['error', 'fail', 'warn', 'pass', 'not_evaluated'] as const satisfies ResultStatus[];
  return order
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status.replace('_', ' ')}`)
    .join(', ');
}

/** A check without its bounds, for where they stand beside it. */
export function checkName({ check, metric }: Pick<Result, 'check' | 'metric'>): string {
  return check.startsWith(`${metric} must `) ? metric : check;
}

/** What is wrong with the checks that could not be evaluated, whole: a table would cut off what matters. */
export function errorsText(results: readonly Result[], width: number): string {
  const texts = results.flatMap((result) => {
    const { record } = result;
    if (record.kind !== 'error') return [];
    return [visibleText(`${statusMark('error')} ${checkName(result)}: ${record.message}`)];
  });
  return [...new Set(texts)].map((text) => `${wrapText(text, width - 2).join('\n  ')}\n`).join('');
}

/** A result's value in its unit: `8,212`, `12.3 %`, `2001-01-31`. */
export function valueText(result: Result, scale?: MetricScale): string {
  return result.value === undefined ? '–' : formatValue(result.value, valueFormat(result, scale));
}

/** What a result's value must keep, in a few words. */
export function boundsText(result: Result, scale?: MetricScale): string {
  const { record } = result;
  const format = valueFormat(result, scale);
  switch (record.kind) {
    case 'set':
      return record.threshold.conditions.map((condition) => conditionText(condition, format)).join(' and ');
    case 'schema':
      return record.changes.length === 0 ? 'no change' : record.changes.map(describeSchemaChange).join('; ');
    case 'rule':
      return record.detail;
    case 'error':
      return record.code;
    case 'learned':
      return learnedText(result, record.learned, format);
  }
}

function learnedText(result: Result, learned: LearnedRecord, format: ValueFormat): string {
  switch (learned.state) {
    case 'learning':
      return `learning: ${learned.history} of ${learned.needed} partitions`;
    case 'new_level':
      return `a new level, was about ${formatValue(learned.expected, format)}`;
    case 'banded':
    case 'constant':
      return bandText(result, format);
  }
}

/** The metric's key tells the unit, except of metrics whose scale only their measurement knows. */
function valueFormat({ metric, exact }: Result, scale: MetricScale | undefined): ValueFormat {
  const format = formatOf(metric, exact);
  return format === 'number' ? (scale ?? format) : format;
}

const signs = {
  must_be: '=',
  must_not_be: '≠',
  must_be_greater_than: '>',
  must_be_greater_than_or_equal: '≥',
  must_be_less_than: '<',
  must_be_less_than_or_equal: '≤',
  must_be_between: '',
  must_be_not_between: 'not ',
} as const satisfies Record<SetCondition['operator'], string>;

/** Signs, because the words stand in the key of the check already. */
function conditionText(condition: SetCondition, format: ValueFormat): string {
  const sign = signs[condition.operator];
  if ('value' in condition) return `${sign} ${formatValue(condition.value, format)}`;
  return `${sign}${formatValue(condition.low, format)} … ${formatValue(condition.high, format)}`;
}

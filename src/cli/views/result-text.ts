import type { SetCondition } from '../../core/checks/definition.ts';
import { formatOf, formatValue, type ValueFormat } from '../../core/checks/format.ts';
import type { Result, ResultStatus } from '../../core/checks/result.ts';
import { bandText } from '../../core/checks/summary.ts';
import { describeSchemaChange } from '../../core/datasets/schema-change.ts';
import type { MetricScale } from '../../core/metrics/metric.ts';
import type { ExitCode } from '../command-set.ts';
import { statusMark, statusStyle } from '../render/style.ts';
import type { Cell } from '../render/table.ts';

/** From the best to the worst. */
const severityOrder = ['not_evaluated', 'pass', 'warn', 'fail', 'error'] as const satisfies ResultStatus[];

/** The worst of some statuses; undefined of none. */
export function worstStatus(statuses: readonly ResultStatus[]): ResultStatus | undefined {
  return severityOrder.findLast((status) => statuses.includes(status));
}

/** The exit code that tells a script about a status. */
export function exitCodeOf(status: ResultStatus | undefined): ExitCode {
  switch (status) {
    case 'fail':
      return 1;
    case 'warn':
      return 2;
    case 'error':
      return 3;
    case 'pass':
    case 'not_evaluated':
    case undefined:
      return 0;
  }
}

/** A status as a cell: mark and word, in its colour. */
export function statusCell(status: ResultStatus | undefined): Cell {
  if (status === undefined) return '';
  return { text: `${statusMark(status)} ${status.replace('_', ' ')}`, style: statusStyle(status) };
}

/** `2 fail, 1 warn, 30 pass`, the worst first. */
export function countStatuses(statuses: readonly ResultStatus[]): string {
  return severityOrder
    .toReversed()
    .map((status) => ({ status, count: statuses.filter((one) => one === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${status.replace('_', ' ')}`)
    .join(', ');
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
      return `${record.code}: ${record.message}`;
    case 'learned':
      if (record.learned.state !== 'learning') return bandText(result, format);
      return `learning: ${record.learned.history} of ${record.learned.needed} partitions`;
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

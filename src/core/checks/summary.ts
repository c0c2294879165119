import { describeSchemaChange } from '../datasets/schema-change.ts';
import type { LearnedRecord } from '../thresholds/record.ts';
import { describeCondition } from './describe-check.ts';
import { formatOf, formatValue, type ValueFormat } from './format.ts';
import type { Result } from './result.ts';

/** A result in one line: `row_count 8,212; expected 15,900–17,400`. */
export function resultSummary(result: Result): string {
  const { record } = result;
  switch (record.kind) {
    case 'learned':
      return learnedSummary(result, record.learned);
    case 'set': {
      const format = formatOf(result.metric, result.exact);
      const wanted = record.threshold.conditions.map((condition) => describeCondition(condition, format));
      const unjudged = record.reason === undefined ? '' : `, but ${record.reason}`;
      return `${valueText(result)}; ${wanted.join(' and ')}${unjudged}`;
    }
    case 'schema':
      return record.changes.length === 0
        ? schemaText(result)
        : record.changes.map(describeSchemaChange).join('; ');
    case 'rule':
      return record.detail;
    case 'error':
      return `${result.check}: ${record.message}`;
  }
}

/** A metric with its value: `row_count 8,212`, `name.min “Aachen”`. */
function valueText(result: Result): string {
  if (result.value === undefined) return `${result.metric} has no value`;
  return `${result.metric} ${formatValue(result.value, formatOf(result.metric, result.exact))}`;
}

/** A band for people: `15,900–17,400`, `−30 to −4`, `at most 12 %`, `exactly 5`. */
export function bandText(
  band: { readonly lower?: number | undefined; readonly upper?: number | undefined },
  format: ValueFormat,
): string {
  const { lower, upper } = band;
  if (lower === undefined) return upper === undefined ? 'anything' : `at most ${formatValue(upper, format)}`;
  if (upper === undefined) return `at least ${formatValue(lower, format)}`;
  if (lower === upper) return `exactly ${formatValue(lower, format)}`;
  // A dash before a minus sign is hard to read.
  const between = lower < 0 && format !== 'time' ? ' to ' : '–';
  return `${formatValue(lower, format)}${between}${formatValue(upper, format)}`;
}

function learnedSummary(result: Result, learned: LearnedRecord): string {
  const format = formatOf(result.metric, result.exact);
  switch (learned.state) {
    case 'learning':
      return `${valueText(result)}; learning, ${learned.history} of ${learned.needed} partitions`;
    case 'new_level':
      return `${valueText(result)}; a new level after about ${formatValue(learned.expected, format)}`;
    case 'banded':
      return `${valueText(result)}; expected ${bandText(result, format)}`;
    case 'constant': {
      const was = `always ${formatValue(learned.constant, format)} before`;
      return `${valueText(result)}; ${learned.pastChanges === 0 ? was : `expected ${bandText(result, format)}`}`;
    }
  }
}

function schemaText(result: Result): string {
  return result.status === 'not_evaluated' ? 'there is no earlier schema' : 'no column changed';
}

import { describeSchemaChange } from '../datasets/schema-change.ts';
import { describeCondition } from './describe-check.ts';
import { distanceText } from './explain-edges.ts';
import { explainLearned } from './explain-learned.ts';
import { formatOf, type ValueFormat } from './format.ts';
import type { Result } from './result.ts';
import { resultSummary } from './summary.ts';

/** Why a result is what it is, in words and numbers. */
export type Explanation = {
  /** One line: value and bounds, and for a learned band the method: `row_count 8,212; expected 15,900–17,400 (…)`. */
  readonly headline: string;
  /** What the bounds come from, and why it did or did not alert. */
  readonly sentences: readonly string[];
};

/** Explains a result from its record alone; also one that passed. */
export function explainResult(result: Result): Explanation {
  const { record } = result;
  const headline = resultSummary(result);
  switch (record.kind) {
    case 'learned':
      return explainLearned(result, record.learned);
    case 'set':
      return { headline, sentences: setSentences(result) };
    case 'schema':
      return { headline, sentences: schemaSentences(result) };
    case 'rule':
      return { headline, sentences: [ruleSentences[record.rule], verdictSentence(result)] };
    case 'error':
      return {
        headline,
        sentences: [`The check could not be evaluated (${record.code}): ${record.message}.`, errorSentence],
      };
  }
}

const errorSentence = 'Nothing is known about the data here, so there is no verdict on them.';

const ruleSentences = {
  empty_partition: 'A partition without rows always fails; the rule takes nothing from the alert budget.',
  repeated_partition:
    'A partition whose columns have the very metrics of an earlier one always fails, unless the dataset repeats itself by ' +
    'habit; the rule takes nothing from the alert budget.',
  metric_undefined:
    'A metric that had a value in each of the last 14 partitions and has none now always fails; the rule takes nothing ' +
    'from the alert budget.',
  segments:
    'The metrics of each group have learned thresholds of their own; their results are kept where they alarm.',
} as const;

function setSentences(result: Result): string[] {
  const { record } = result;
  if (record.kind !== 'set') return [];
  const format = formatOf(result.metric, result.exact);
  const { conditions, level } = record.threshold;
  const wanted = conditions.map((condition) => describeCondition(condition, format)).join(' and ');
  const bound = `A person set the bound: ${result.metric} ${wanted}; a violation is a ${level === 'fail' ? 'failure' : 'warning'}.`;
  return [bound, verdictSentence(result), ...boundDistance(result, format)];
}

/** How far a value is from the nearest bound, on whichever side. */
function boundDistance({ value, lower, upper, status }: Result, format: ValueFormat): string[] {
  if (status === 'not_evaluated') return [];
  const bounds = [lower, upper].filter((bound) => bound !== undefined);
  if (value === undefined || bounds.length === 0) return [];
  const distance = Math.min(...bounds.map((bound) => Math.abs(value - bound)));
  if (distance === 0) return [];
  const word = status === 'pass' ? 'away from the nearest bound' : 'beyond the bound';
  return [`The value is ${distanceText(distance, format)} ${word}.`];
}

function schemaSentences(result: Result): string[] {
  const { record } = result;
  if (record.kind !== 'schema') return [];
  const { changes, comparedWith } = record;
  if (comparedWith === undefined) return ['There was no partition before it to compare the columns with.'];
  const before = `Compared with partition ${comparedWith.partition}, revision ${comparedWith.number}.`;
  const rule = 'An added column warns; one that is gone, has another type or another place fails.';
  const found =
    changes.length === 0
      ? ['No column was added, removed, given another type or moved: no alert.']
      : changes.map((change) => `${capitalized(describeSchemaChange(change))}.`);
  return [before, ...found, rule];
}

function verdictSentence(result: Result): string {
  switch (result.status) {
    case 'pass':
      return 'It holds: no alert.';
    case 'not_evaluated':
      return result.record.kind === 'set' && result.record.reason !== undefined
        ? `It could not be judged: ${result.record.reason}.`
        : 'The metric has no value here, so nothing could be judged.';
    case 'warn':
      return 'It is violated: a warning.';
    case 'fail':
      return 'It is violated: the partition fails.';
    case 'error':
      return errorSentence;
  }
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

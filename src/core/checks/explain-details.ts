import { isDriftMetric } from '../metrics/drift/drift-metric.ts';
import type { DetailValue, MetricDetail } from '../metrics/metric.ts';
import { formatNumber, formatValue, splitMetricKey } from './format.ts';
import type { Result } from './result.ts';

/** Values of a detail that a sentence names. */
const valuesShown = 5;

/** The details that illustrate a metric by what is behind its number, and the words for them. */
const details = {
  js_distance: { title: 'What moved most, in percent of the rows', one: movedText },
  top_patterns: { title: 'The most frequent patterns, with their rows', one: countedText },
  formats: { title: 'The formats found, with their rows', one: countedText },
  hours: { title: 'The hours with most rows', one: countedText },
  top_values: { title: 'The most frequent values, with their rows', one: countedText },
} as const satisfies Record<string, { title: string; one: (value: DetailValue) => string }>;

const illustrated: Readonly<Record<string, keyof typeof details>> = {
  pattern_count: 'top_patterns',
  top_pattern_percent: 'top_patterns',
  format_percent: 'formats',
  hour_coverage: 'hours',
  avg_hour: 'hours',
  distinct_count: 'top_values',
  duplicate_count: 'top_values',
  duplicate_percent: 'top_values',
  invalid_count: 'top_values',
  invalid_percent: 'top_values',
};

/** Whether what is stored beside the numbers of a partition says more about a result. */
export function hasDetail(result: Pick<Result, 'metric'>): boolean {
  return detailOf(result) !== undefined;
}

/** What is behind a metric's number: `“SFO” from 30 % to 0 % of the rows`, `“A” 17,139`; nothing where nothing is stored. */
export function detailSentences(result: Pick<Result, 'metric'>, stored: readonly MetricDetail[]): string[] {
  const name = detailOf(result);
  if (name === undefined) return [];
  const { column, segment } = splitMetricKey(result.metric);
  const found = stored.find((one) => one.metric === name && one.column === column && one.segment === segment);
  const values = found?.values ?? [];
  const { title, one } = details[name];
  const ordered = name === 'js_distance' ? values : values.toSorted((a, b) => b.count - a.count);
  const texts = ordered
    .slice(0, valuesShown)
    .map(one)
    .filter((text) => text !== '');
  return texts.length === 0 ? [] : [`${title}: ${texts.join(', ')}.`];
}

function detailOf({ metric }: Pick<Result, 'metric'>): keyof typeof details | undefined {
  const { name } = splitMetricKey(metric);
  return isDriftMetric(name) ? 'js_distance' : illustrated[name];
}

function movedText({ value, percent }: DetailValue): string {
  if (percent === undefined) return '';
  return `“${value}” from ${formatValue(percent.from, 'percent')} to ${formatValue(percent.to, 'percent')}`;
}

function countedText({ value, count }: DetailValue): string {
  return `“${value}” ${formatNumber(count)}`;
}

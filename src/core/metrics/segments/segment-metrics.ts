import type { ColumnKind } from '../../datasets/schema.ts';
import { familyByKey } from '../catalogue.ts';
import { comparedFamilies } from '../drift/column-counts.ts';
import { isDriftMetric } from '../drift/drift-metric.ts';
import type { SegmentRule } from '../segment-rule.ts';

/** The metrics of groups by the family of states that they come from, beside any percentile (`p95`). */
const namesByFamily = {
  counts: ['null_count', 'null_percent', 'missing_count', 'missing_percent'],
  distinct: ['distinct_count'],
  duplicates: ['duplicate_count', 'duplicate_percent'],
  moments: ['sum', 'avg', 'stddev'],
  extremes: ['min', 'max'],
  signs: ['zero_count', 'negative_count', 'nan_count', 'infinite_count'],
  hours: ['hour_coverage', 'avg_hour'],
  lengths: ['min_length', 'max_length', 'avg_length', 'empty_count'],
  text_shapes: [
    'uppercase_percent',
    'lowercase_percent',
    'padded_count',
    'digit_percent',
    'punctuation_percent',
    'non_ascii_percent',
  ],
  patterns: ['pattern_count', 'top_pattern_percent'],
  formats: ['format_percent'],
  booleans: ['true_count', 'false_count'],
  validity: ['invalid_count', 'invalid_percent'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The details of groups, which are no numbers, by their family. */
const detailsByFamily = {
  hours: ['hours'],
  patterns: ['top_patterns'],
  formats: ['formats'],
  top_values: ['top_values'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What a segment rule can name, beside any percentile of numbers and times: `row_count` of the group, the others of each column. */
export const segmentMetricNames: readonly string[] = [
  'row_count',
  ...Object.values(namesByFamily).flat(),
  'js_distance',
  'psi',
];

/** What of a group a rule can name that is no number: shown, not judged. */
export const segmentDetailNames: readonly string[] = Object.values(detailsByFamily).flat();

const familyOfName: ReadonlyMap<string, string> = new Map(
  [...Object.entries(namesByFamily), ...Object.entries(detailsByFamily)].flatMap(([family, names]) =>
    names.map((name) => [name, family] as const),
  ),
);

/** Whether groups have a metric of this name. */
export function isSegmentMetric(name: string): boolean {
  return segmentMetricNames.includes(name) || percentileOfName(name) !== undefined;
}

/** 99.9 of `p99.9`; undefined of what is no percentile. */
export function percentileOfName(name: string): number | undefined {
  const [, percent] = /^p(\d{1,2}(?:\.\d{1,4})?)$/.exec(name) ?? [];
  return percent === undefined ? undefined : Number(percent);
}

/** A metric without what is valid: `invalid_percent` of `invalid_percent(format=email)`. */
export function baseMetric(metric: string): string {
  const end = metric.indexOf('(');
  return end < 0 ? metric : metric.slice(0, end);
}

/**
 * The keys of the families that a metric or detail of groups comes from, in columns of a kind; none where the kind does not
 * have it. Some nested types can not be hashed: of those, groups have nothing that counts values.
 */
export function familiesOfMetric(metric: string, kind: ColumnKind): readonly string[] {
  return familyKeys(metric).filter((key) => {
    const isHashed = key === 'distinct' || key === 'duplicates';
    return familyByKey(key)?.applies(kind) === true && !(kind === 'other' && isHashed);
  });
}

function familyKeys(metric: string): readonly string[] {
  if (isDriftMetric(metric)) return [...comparedFamilies];
  if (percentileOfName(metric) !== undefined) return ['quantiles', 'time_quantiles'];
  return [familyOfName.get(baseMetric(metric)) ?? ''];
}

/** The metrics and details that a rule asks of a column's groups. */
export function metricsOfColumn({ metrics, asked = [] }: SegmentRule, column: string): readonly string[] {
  const own = asked.flatMap((one) => (one.column === column ? [one.metric] : []));
  return [...new Set([...metrics, ...own])];
}

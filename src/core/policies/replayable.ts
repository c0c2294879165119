import type { PartitionKey } from '../../base/ids.ts';
import { isValidityMetric } from '../checks/asked-metrics.ts';
import type { CheckDefinition, SegmentCheck } from '../checks/definition.ts';
import { checkKey, metricLabel } from '../checks/describe-check.ts';
import { groupCountMetric } from '../checks/segment-values.ts';
import type { ColumnDefinition, DatasetDefinition, SegmentDefinition } from '../datasets/definition.ts';
import { segmentRules } from '../datasets/measure-plan.ts';
import type { Schema } from '../datasets/schema.ts';
import { type MetricKey, metricKey } from '../metrics/metric.ts';
import type { SegmentRule } from '../metrics/segment-rule.ts';
import {
  columnsOfLabel,
  segmentLabel,
  segmentsLabel,
  splitSegment,
} from '../metrics/segments/segment-label.ts';
import { baseMetric } from '../metrics/segments/segment-metrics.ts';
import type { MetricHistory } from '../thresholds/history.ts';
import { partsOfKey } from './stored-value.ts';

/** A check, or something else that a policy asks for, of which no value is stored. */
export type UnmeasuredCheck = { readonly check: string; readonly reason: string };

type Stored = {
  readonly measuredBy: DatasetDefinition;
  readonly history: MetricHistory;
  readonly schemas: Readonly<Record<PartitionKey, Schema>>;
};

/**
 * What of a policy the stored values can answer: the policy without the checks that nobody has measured, the series without
 * those that mean something else under this policy, and what is left out, by name.
 */
export function replayable(
  definition: DatasetDefinition,
  stored: Stored,
): {
  readonly definition: DatasetDefinition;
  readonly history: MetricHistory;
  readonly notMeasured: readonly UnmeasuredCheck[];
} {
  const notMeasured: UnmeasuredCheck[] = [];
  const changed = changedMeaning(definition, stored.measuredBy);
  const keepSeries = seriesFilter(definition, stored, changed);
  const series = stored.history.series.filter(({ metric }) => keepSeries(metric));
  const known = new Set(series.map(({ metric }) => metric));
  const asked = askedSettings(stored.measuredBy);
  const isMeasured = (check: CheckDefinition, column?: string): boolean => {
    if (check.metric === 'schema') return true;
    const key = metricKey(metricLabel(check), column);
    const before = asked.get(key);
    const isOther = before !== undefined && before !== JSON.stringify(check.settings);
    if (known.has(key) && !isOther) return true;
    const reason = isOther ? 'the stored values answer another question' : 'no value of it is stored';
    notMeasured.push({ check: checkKey(check, column), reason });
    return false;
  };
  const own = {
    ...definition,
    checks: definition.checks.filter((check) => isMeasured(check)),
    columns: definition.columns.map((column): ColumnDefinition => {
      return { ...column, checks: column.checks.filter((check) => isMeasured(check, column.name)) };
    }),
    segments: definition.segments.map((rule) => {
      const { measured, unmeasured } = groupChecks(rule, known);
      notMeasured.push(...unmeasured);
      return { ...rule, checks: measured };
    }),
  };
  notMeasured.push(...changed.map(({ what, reason }) => ({ check: what, reason })));
  notMeasured.push(...newSegments(definition, stored.measuredBy));
  return { definition: own, history: { ...stored.history, series }, notMeasured };
}

type Changed = { readonly what: string; readonly reason: string; readonly metric: RegExp };

/** Settings that change what stored metrics mean. */
function changedMeaning(definition: DatasetDefinition, before: DatasetDefinition): Changed[] {
  const changed: Changed[] = [];
  if (!isSame(definition.missingValues.toSorted(), before.missingValues.toSorted())) {
    changed.push({
      what: 'missing_count and missing_percent of all columns',
      reason: 'other values were missing values when they were measured',
      metric: /^missing_(?:count|percent)$/,
    });
  }
  if (definition.freshnessColumn !== before.freshnessColumn) {
    changed.push({
      what: 'freshness',
      reason: 'it was measured by another column',
      metric: /^freshness$/,
    });
  }
  return changed;
}

function seriesFilter(
  definition: DatasetDefinition,
  { measuredBy, schemas }: Stored,
  changed: readonly Changed[],
): (metric: MetricKey) => boolean {
  const columns = new Set(Object.values(schemas).flatMap((schema) => schema.map(({ name }) => name)));
  const asked = askedSettings(definition);
  const segments = segmentRules(definition).filter((rule) =>
    measuredBy.segments.some((one) => isSameGrouping(one, rule)),
  );
  return (key) => {
    const { metric, segment } = partsOfKey(key, columns);
    if (changed.some((one) => one.metric.test(metric))) return false;
    if (segment !== undefined) return segments.some((rule) => isOfSegment(rule, { metric, segment }));
    return asked.has(key) || !isMeasuredOnDemand(metric);
  };
}

/** What only a check asks for, such as the answer to a query, goes with the check. */
function isMeasuredOnDemand(metric: string): boolean {
  return metric.includes('(') || metric === 'duplicate_row_count';
}

function isOfSegment(rule: SegmentRule, of: { readonly metric: string; readonly segment: string }): boolean {
  const label = segmentsLabel(rule.columns);
  if (of.segment === label) return of.metric === groupCountMetric;
  if (columnsOfLabel(of.segment) !== columnsOfLabel(label)) return false;
  return (
    rule.metrics.includes(baseMetric(of.metric)) ||
    (rule.asked ?? []).some(({ metric, group }) => {
      return metric === of.metric && (group === undefined || group === of.segment);
    })
  );
}

/** The checks of groups of which values are stored, and the others. */
function groupChecks(
  { columns, checks = [] }: SegmentDefinition,
  known: ReadonlySet<MetricKey>,
): { readonly measured: readonly SegmentCheck[]; readonly unmeasured: readonly UnmeasuredCheck[] } {
  const grouping = segmentsLabel(columns);
  const stored = new Set(Array.from(known, (key) => keyOfEveryGroup(key)));
  const unmeasured: UnmeasuredCheck[] = [];
  const measured = checks.filter((check) => {
    const { column, group } = check;
    const segment = group === undefined ? grouping : segmentLabel(columns, group);
    const isStored =
      group === undefined
        ? stored.has(metricKey(metricLabel(check), column, columnsOfLabel(grouping)))
        : known.has(metricKey(metricLabel(check), column, segment));
    if (!isStored)
      unmeasured.push({ check: checkKey(check, column, segment), reason: 'no value of it is stored' });
    return isStored;
  });
  return { measured, unmeasured };
}

function keyOfEveryGroup(key: MetricKey): MetricKey {
  const { metric, segment } = splitSegment(key);
  return segment === undefined ? key : `${metric}[${columnsOfLabel(segment)}]`;
}

/** Whether the groups of two rules are the same, and have the same metrics beside what checks ask. */
function isSameGrouping(a: SegmentRule, b: SegmentRule): boolean {
  const of = ({ columns, groupsMax, metrics }: SegmentRule): unknown => [columns, groupsMax, metrics];
  return isSame(of(a), of(b));
}

function newSegments(definition: DatasetDefinition, before: DatasetDefinition): UnmeasuredCheck[] {
  return definition.segments
    .filter((rule) => !before.segments.some((one) => isSameGrouping(one, rule)))
    .map(({ columns }) => ({
      check: `segments by ${columns.join(' and ')}`,
      reason: 'no value of these groups is stored',
    }));
}

/** The settings of the checks of a definition, by the metric that they are about. */
function askedSettings(definition: DatasetDefinition): ReadonlyMap<MetricKey, string> {
  const settings = new Map<MetricKey, string>();
  for (const check of definition.checks) settings.set(metricLabel(check), JSON.stringify(check.settings));
  for (const { name, checks } of definition.columns) {
    for (const check of checks)
      settings.set(metricKey(metricLabel(check), name), JSON.stringify(check.settings));
  }
  // What checks of groups say is valid is measured of all rows as well.
  for (const check of definition.segments.flatMap(({ checks = [] }) => checks)) {
    if (isValidityMetric(check.metric))
      settings.set(metricKey(metricLabel(check), check.column), JSON.stringify(check.settings));
  }
  return settings;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

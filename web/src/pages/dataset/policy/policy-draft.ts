import { parse } from 'yaml';
import { fail, type Outcome, succeed } from '../../../../../src/base/outcome.ts';
import { isQueryMetric } from '../../../../../src/core/checks/asked-metrics.ts';
import type {
  CheckDefinition,
  LearnedThreshold,
  SetThreshold,
} from '../../../../../src/core/checks/definition.ts';
import { metricLabel } from '../../../../../src/core/checks/describe-check.ts';
import { splitMetricKey } from '../../../../../src/core/checks/format.ts';
import { encodeDataset } from '../../../../../src/core/datasets/decode/encode.ts';
import { formatPath } from '../../../../../src/core/datasets/decode/place.ts';
import type { Plain, PlainMap } from '../../../../../src/core/datasets/decode/plain.ts';
import { decodeChecks } from '../../../../../src/core/datasets/decode.ts';
import type { DatasetDefinition } from '../../../../../src/core/datasets/definition.ts';
import { flowText } from '../../../../../src/core/suggestions/yaml-text.ts';

/** What a definition says about judging, in YAML: all of it, so that what was taken out is out. */
export function policyYaml(definition: DatasetDefinition): string {
  const {
    policy,
    checks,
    columns,
    segments,
    missing_values: missing,
    freshness_column: freshness,
  } = encodeDataset(definition);
  const lines = [
    `policy: ${flowText(policy ?? {})}`,
    ...(listed(missing).length === 0 ? [] : [`missing_values: ${flowText(missing ?? [])}`]),
    ...(freshness === undefined ? [] : [`freshness_column: ${flowText(freshness)}`]),
    ...section('', 'checks', listed(checks).map(itemText)),
    ...columnLines(listed(columns).filter(isMap)),
    ...section('', 'segments', listed(segments).map(flowText)),
  ];
  return `${lines.join('\n')}\n`;
}

/** The definition with what a text says about judging; or all that is wrong with the text, a line each. */
export function readPolicy(
  text: string,
  definition: DatasetDefinition,
): Outcome<DatasetDefinition, readonly string[]> {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    return fail([error instanceof Error ? error.message : String(error)]);
  }
  const decoded = decodeChecks(value);
  if (!decoded.ok) {
    return fail(
      decoded.error.map(({ path, message }) => [formatPath(path), message].filter(Boolean).join(': ')),
    );
  }
  const { policy, missingValues, freshnessColumn, checks, columns, segments } = decoded.value;
  const { freshnessColumn: _, ...rest } = definition;
  const freshness = freshnessColumn === undefined ? {} : { freshnessColumn };
  return succeed({ ...rest, policy, missingValues, checks, columns, segments, ...freshness });
}

/** What a definition says about one metric. */
export type Thresholds = {
  /** Absent: as it is learned when nothing is said. */
  readonly learned?: LearnedThreshold;
  readonly sets: readonly SetCheck[];
};

type SetCheck = CheckDefinition & { readonly threshold: SetThreshold };

/** The thresholds of a metric of the dataset or of a column, by its key. */
export function thresholdsOf(definition: DatasetDefinition, key: string): Thresholds {
  const { checks } = placeOf(definition, key);
  const own = checks.filter((check) => metricLabel(check) === labelOf(key));
  const learned = own.flatMap(({ threshold }) => (threshold.kind === 'learned' ? [threshold] : []))[0];
  return { ...(learned === undefined ? {} : { learned }), sets: own.filter(isSet) };
}

/** The definition with other thresholds of a metric. */
export function withThresholds(
  definition: DatasetDefinition,
  key: string,
  { learned, sets }: { readonly learned: LearnedThreshold; readonly sets: readonly SetThreshold[] },
): DatasetDefinition {
  const { column, checks } = placeOf(definition, key);
  const own = checks.filter((check) => metricLabel(check) === labelOf(key));
  const { metric, settings, name } = own[0] ?? templateOf(key);
  const named = isQueryMetric(metric) && name !== undefined ? { name } : {};
  const before = own.filter(isSet);
  const made: CheckDefinition[] = sets.map((threshold, at) => ({
    ...(before[at] ?? { metric, settings, ...named }),
    threshold,
  }));
  // What nobody said before, and is as it would be anyway, need not be said.
  const isSaid =
    own.length > 0 && (sets.length === 0 || own.some(({ threshold }) => threshold.kind === 'learned'));
  if (isSaid || !isUsual(learned)) made.push({ metric, settings, ...named, threshold: learned });
  const place = checks.findIndex((check) => own.includes(check));
  const rest = checks.filter((check) => !own.includes(check));
  const after = rest.toSpliced(place < 0 ? rest.length : place, 0, ...made);
  if (column === undefined) return { ...definition, checks: after };
  const isKnown = definition.columns.some(({ name: one }) => one === column);
  if (!isKnown && after.length === 0) return definition;
  const columns = isKnown ? definition.columns : [...definition.columns, { name: column, checks: [] }];
  return {
    ...definition,
    columns: columns.map((one) => (one.name === column ? { ...one, checks: after } : one)),
  };
}

/** What is learned where nothing is said. */
export const usualLearning: LearnedThreshold = {
  kind: 'learned',
  enabled: true,
  direction: 'both',
  sensitivity: 'medium',
};

function isUsual({ enabled, direction, sensitivity }: LearnedThreshold): boolean {
  return enabled && direction === 'both' && sensitivity === 'medium';
}

function isSet(check: CheckDefinition): check is SetCheck {
  return check.threshold.kind === 'set';
}

function placeOf(
  definition: DatasetDefinition,
  key: string,
): { readonly column?: string; readonly checks: readonly CheckDefinition[] } {
  const { column } = splitMetricKey(key);
  if (column === undefined) return { checks: definition.checks };
  return { column, checks: definition.columns.find(({ name }) => name === column)?.checks ?? [] };
}

/** The metric's name as checks have it: what is valid is a part of it. */
function labelOf(key: string): string {
  const { column } = splitMetricKey(key);
  return column === undefined ? key : key.slice(column.length + 1);
}

function templateOf(key: string): Omit<CheckDefinition, 'threshold'> {
  const { name } = splitMetricKey(key);
  const percentile = /^p(\d+(?:\.\d+)?)$/.exec(name)?.[1];
  if (percentile === undefined) return { metric: name, settings: {} };
  return { metric: 'percentile', settings: { percentile: Number((Number(percentile) / 100).toFixed(6)) } };
}

function columnLines(columns: readonly PlainMap[]): string[] {
  if (columns.length === 0) return ['columns: []'];
  return [
    'columns:',
    ...columns.flatMap(({ name = '', checks }) => [
      `  - name: ${flowText(name)}`,
      ...section('    ', 'checks', listed(checks).map(itemText)),
    ]),
  ];
}

function section(indent: string, name: string, items: readonly string[]): string[] {
  if (items.length === 0) return [`${indent}${name}: []`];
  return [`${indent}${name}:`, ...items.map((item) => `${indent}  - ${item}`)];
}

function itemText(check: Plain): string {
  if (!isMap(check)) return flowText(check);
  return Object.entries(check)
    .map(([metric, body]) => `${metric}: ${flowText(body)}`)
    .join(', ');
}

function listed(value: Plain | undefined): readonly Plain[] {
  return Array.isArray(value) ? value : [];
}

function isMap(value: Plain): value is PlainMap {
  return typeof value === 'object' && !Array.isArray(value);
}

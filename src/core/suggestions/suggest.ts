import type { DatasetDefinition } from '../datasets/definition.ts';
import { columnHistories } from './column-history.ts';
import { partitionFacts } from './facts.ts';
import { suggestColumnCount } from './rules/columns.ts';
import { suggestFormat } from './rules/formats.ts';
import { suggestFreshness } from './rules/freshness.ts';
import { suggestKey } from './rules/keys.ts';
import { suggestLength } from './rules/lengths.ts';
import { suggestNotNull } from './rules/not-null.ts';
import { suggestNullDirection } from './rules/null-direction.ts';
import { suggestPattern } from './rules/patterns.ts';
import { suggestRange } from './rules/ranges.ts';
import { suggestRows } from './rules/rows.ts';
import type { ColumnRule, DatasetRule } from './rules/rule.ts';
import { suggestSegment } from './rules/segments.ts';
import { suggestValues } from './rules/values.ts';
import type { SuggestInput, Suggestion, Suggestions } from './suggestion.ts';
import { suggestionsYaml } from './suggestions-yaml.ts';

const datasetRules: readonly DatasetRule[] = [suggestRows, suggestColumnCount, suggestFreshness];

/** In the order of the checks. A later kind is left out where an earlier one says more (`impliedBy`). */
const columnRules: readonly ColumnRule[] = [
  suggestSegment,
  suggestNotNull,
  suggestNullDirection,
  suggestKey,
  suggestValues,
  suggestFormat,
  suggestPattern,
  suggestRange,
  suggestLength,
];

const impliedBy: Readonly<Partial<Record<Suggestion['kind'], readonly Suggestion['kind'][]>>> = {
  format: ['values'],
  range: ['values'],
  pattern: ['values', 'format'],
  length: ['values', 'format', 'pattern'],
};

/**
 * Checks that the measured past speaks for, each with its evidence, and the definition with them as YAML. A check that the
 * past would have violated is not made, or only as a warning that names the partitions. What the definition says already
 * is left out. Pure: the same partitions give the same text.
 */
export function suggestChecks({ definition, history, partitions: measured }: SuggestInput): Suggestions {
  const partitions = measured.flatMap((partition) => partitionFacts(partition) ?? []);
  const ofDataset = datasetRules.flatMap((rule) => rule({ definition, history, partitions }));
  const ofColumns = columnHistories(partitions).flatMap((column) => {
    const found = columnRules.flatMap((rule) => rule(column));
    const kinds = new Set(found.map(({ kind }) => kind));
    return found.filter(({ kind }) => !impliedBy[kind]?.some((other) => kinds.has(other)));
  });
  const suggestions = [...ofDataset, ...ofColumns].filter((one) => !isSaid(one, definition));
  const [first, last] = [partitions[0]?.key, partitions.at(-1)?.key];
  const found = {
    partitions: partitions.length,
    rows: partitions.reduce((sum, { rowCount }) => sum + rowCount, 0),
    ...(first === undefined || last === undefined ? {} : { from: first, to: last }),
    suggestions,
  };
  return { ...found, yaml: suggestionsYaml(definition, found) };
}

/** Whether the owner has said something of the kind about this metric: what a person set stands. */
function isSaid({ column, kind, check }: Suggestion, definition: DatasetDefinition): boolean {
  if (kind === 'segment') return definition.segments.some(({ columns }) => columns.includes(column ?? ''));
  const own =
    column === undefined
      ? definition.checks
      : (definition.columns.find(({ name }) => name === column)?.checks ?? []);
  const [metric = '', body = {}] = Object.entries(check ?? {})[0] ?? [];
  const aspects = Object.keys(body).filter((key) => key.startsWith('valid_'));
  return own.some((one) => {
    const isSameKind = (one.threshold.kind === 'learned') === 'learned' in body;
    return (
      one.metric === metric &&
      isSameKind &&
      (aspects.length === 0 || aspects.some((key) => key in one.settings))
    );
  });
}

import { encodeDataset } from '../datasets/decode/encode.ts';
import type { Plain } from '../datasets/decode/plain.ts';
import type { DatasetDefinition } from '../datasets/definition.ts';
import { spanOf } from './evidence.ts';
import type { Suggestion, Suggestions } from './suggestion.ts';
import { blockEntries, commentLine, flowText } from './yaml-text.ts';

/** The definition in YAML with the suggestions after its own checks, each below its evidence. */
export function suggestionsYaml(definition: DatasetDefinition, found: Omit<Suggestions, 'yaml'>): string {
  const { checks, columns, ...rest } = encodeDataset(definition);
  const { suggestions } = found;
  const ofDataset = suggestions.filter(({ column }) => column === undefined);
  const names = new Set([
    ...definition.columns.map(({ name }) => name),
    ...suggestions.flatMap(({ column }) => column ?? []),
  ]);
  const own = new Map(
    listed(columns).map((column) => [entry(column, 'name'), listed(entry(column, 'checks'))] as const),
  );
  const lines = [
    commentLine('', `${definition.dataset} with the checks that its past speaks for: ${spanOf(found)}.`),
    commentLine(
      '',
      'Take out what is only chance, see what it would have done (assay replay), then: assay apply -f FILE',
    ),
    ...blockEntries(withoutEmpty(rest)),
    ...section('checks:', [...ownItems(listed(checks), '  '), ...suggestedItems(ofDataset, '  ')]),
    ...section(
      'columns:',
      [...names].flatMap((name) => {
        const suggested = suggestions.filter(({ column }) => column === name);
        return columnLines(name, { own: own.get(name) ?? [], suggested });
      }),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function columnLines(
  name: string,
  { own, suggested }: { readonly own: readonly Plain[]; readonly suggested: readonly Suggestion[] },
): string[] {
  const proposals = suggested
    .filter(({ check }) => check === undefined)
    .map(({ text, evidence }) => commentLine('    ', `${text}   (${evidence})`));
  const items = [...ownItems(own, '      '), ...suggestedItems(suggested, '      ')];
  return [`  - name: ${flowText(name)}`, ...proposals, ...section('    checks:', items)];
}

/** A heading with its lines; nothing without any. */
function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines];
}

function ownItems(checks: readonly Plain[], indent: string): string[] {
  return checks.map((check) => `${indent}- ${itemText(check)}`);
}

function suggestedItems(suggestions: readonly Suggestion[], indent: string): string[] {
  return suggestions.flatMap(({ check, evidence }) =>
    check === undefined ? [] : [commentLine(indent, evidence), `${indent}- ${itemText(check)}`],
  );
}

/** A check with its metric in front: `row_count: {must_be_greater_than: 0}`. */
function itemText(check: Plain): string {
  if (typeof check !== 'object' || Array.isArray(check)) return flowText(check);
  return Object.entries(check)
    .map(([metric, body]) => `${flowText(metric)}: ${flowText(body)}`)
    .join(', ');
}

function withoutEmpty(map: Readonly<Record<string, Plain>>): Readonly<Record<string, Plain>> {
  return Object.fromEntries(
    Object.entries(map).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  );
}

function listed(value: Plain | undefined): readonly Plain[] {
  return Array.isArray(value) ? value : [];
}

function entry(value: Plain, key: string): Plain | undefined {
  return typeof value === 'object' && !Array.isArray(value)
    ? (value as Readonly<Record<string, Plain>>)[key]
    : undefined;
}

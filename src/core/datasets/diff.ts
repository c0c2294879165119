import { encodeDataset } from './decode/encode.ts';
import type { Plain, PlainMap } from './decode/plain.ts';
import type { DatasetDefinition } from './definition.ts';

/** One difference between two definitions, in the words of the YAML form. */
export type DefinitionChange =
  | { readonly kind: 'added'; readonly path: string; readonly after: string }
  | { readonly kind: 'removed'; readonly path: string; readonly before: string }
  | { readonly kind: 'changed'; readonly path: string; readonly before: string; readonly after: string };

/** What `after` changes of `before`; everything is added when there was no definition. Equal definitions give nothing. */
export function diffDefinitions(
  before: DatasetDefinition | undefined,
  after: DatasetDefinition,
): readonly DefinitionChange[] {
  return diffMaps(before === undefined ? {} : encodeDataset(before), encodeDataset(after), '');
}

/** A change as a line: `+ columns.delay.checks[1] avg: {…}`, `~ policy.alerts_per_month 1 → 3`, `- followers[0] …`. */
export function describeDefinitionChange(change: DefinitionChange): string {
  switch (change.kind) {
    case 'added':
      return `+ ${change.path} ${change.after}`;
    case 'removed':
      return `- ${change.path} ${change.before}`;
    case 'changed':
      return `~ ${change.path} ${change.before} → ${change.after}`;
  }
}

function diffMaps(before: PlainMap, after: PlainMap, path: string): DefinitionChange[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) =>
    diffValues(before[key], after[key], path === '' ? key : `${path}.${key}`),
  );
}

function diffValues(before: Plain | undefined, after: Plain | undefined, path: string): DefinitionChange[] {
  if (isSame(before, after)) return [];
  if (before === undefined && isEmpty(after)) return diffLeaves(before, after, path);
  if (after === undefined && isEmpty(before)) return diffLeaves(before, after, path);
  if (path === 'columns') return diffMaps(byName(before), byName(after), path);
  if (isList(before ?? []) && isList(after ?? [])) return diffLists(asList(before), asList(after), path);
  if (isMap(before ?? {}) && isMap(after ?? {})) return diffMaps(asMap(before), asMap(after), path);
  return diffLeaves(before, after, path);
}

function diffLeaves(before: Plain | undefined, after: Plain | undefined, path: string): DefinitionChange[] {
  if (before === undefined) return after === undefined ? [] : [{ kind: 'added', path, after: flow(after) }];
  if (after === undefined) return [{ kind: 'removed', path, before: flow(before) }];
  return [{ kind: 'changed', path, before: flow(before), after: flow(after) }];
}

/** Items that both lists have are no change wherever they stand; of the rest, those of one kind are the same item changed. */
function diffLists(before: readonly Plain[], after: readonly Plain[], path: string): DefinitionChange[] {
  const kept = new Set(before.map(flow));
  const now = new Set(after.map(flow));
  const gone = before.flatMap((item, index) => (now.has(flow(item)) ? [] : [{ item, index }]));
  const changes: DefinitionChange[] = [];
  for (const [index, item] of after.entries()) {
    if (kept.has(flow(item))) continue;
    const place = `${path}[${index}]`;
    const earlier = gone.findIndex((candidate) => kindOf(candidate.item) === kindOf(item));
    const [old] = earlier < 0 ? [] : gone.splice(earlier, 1);
    changes.push(
      ...(old === undefined ? diffLeaves(undefined, item, place) : diffItem(old.item, item, place)),
    );
  }
  const removed = gone.flatMap(({ item, index }) => diffLeaves(item, undefined, `${path}[${index}]`));
  return [...changes, ...removed];
}

function diffItem(before: Plain, after: Plain, place: string): DefinitionChange[] {
  return isMap(before) && isMap(after) ? diffMaps(before, after, place) : diffLeaves(before, after, place);
}

/** What makes two items of a list the same thing: a check's metric, a channel's type, what rows are grouped by. Texts are only equal or not. */
function kindOf(item: Plain): string {
  if (!isMap(item)) return flow(item);
  const { columns } = item;
  return columns === undefined ? Object.keys(item).join() : flow(columns);
}

function byName(columns: Plain | undefined): PlainMap {
  const entries = asList(columns).flatMap((column): [string, Plain][] => {
    const { name, ...rest } = asMap(column);
    return typeof name === 'string' ? [[name, rest]] : [];
  });
  return Object.fromEntries(entries);
}

function isSame(before: Plain | undefined, after: Plain | undefined): boolean {
  return before === after || (before !== undefined && after !== undefined && flow(before) === flow(after));
}

function isEmpty(value: Plain | undefined): boolean {
  return value !== undefined && typeof value === 'object' && Object.keys(value).length === 0;
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

function isMap(value: Plain): value is PlainMap {
  return typeof value === 'object' && !isList(value);
}

function asList(value: Plain | undefined): readonly Plain[] {
  return value !== undefined && isList(value) ? value : [];
}

function asMap(value: Plain | undefined): PlainMap {
  return value !== undefined && isMap(value) ? value : {};
}

/** Plain data in one line, as YAML's flow style: `{must_be_less_than: 5, level: warn}`. */
function flow(value: Plain): string {
  if (isList(value)) return `[${value.map(flow).join(', ')}]`;
  if (!isMap(value))
    return typeof value === 'string' && !/^[\w@./-]+$/.test(value) ? JSON.stringify(value) : String(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${flow(item)}`);
  return `{${entries.join(', ')}}`;
}

import type { Plain } from '../../../../src/core/datasets/decode/plain.ts';
import type { ProviderType } from '../../../../src/core/datasets/provider-definition.ts';
import type { Suggestion } from '../../../../src/core/suggestions/suggestion.ts';
import { blockEntries, flowText } from '../../../../src/core/suggestions/yaml-text.ts';
import type { PreviewView } from '../../../../src/services/registry/preview.ts';
import { providerForms, providerTypes } from './provider-forms.ts';

export const steps = ['source', 'shape', 'checks', 'register'] as const;
export type Step = (typeof steps)[number];

/** When new partitions come, as it is chosen: as it was proposed, or in words of its own. */
export type Publishing = 'proposed' | 'periodic' | 'static' | 'continuous';

/** A dataset that somebody is describing. All of it stands in the address. */
export type Draft = {
  readonly step: Step;
  readonly type: ProviderType;
  /** What was filled in, by the keys of the provider's YAML. */
  readonly fields: Readonly<Record<string, string>>;
  readonly folder: string;
  /** A rule as JSON; absent: the likeliest. */
  readonly cut: string | undefined;
  readonly when: Publishing | undefined;
  readonly cron: string;
  readonly name: string;
  readonly owner: string;
  readonly about: string;
  /** Suggestions that were taken out. */
  readonly without: readonly string[];
};

const fieldMark = 'in.';

/** The draft in an address. Whatever else stands there is left alone. */
export function draftOf(search: URLSearchParams): Draft {
  const when = search.get('when') ?? '';
  return {
    step: oneOf(steps, search.get('step')) ?? 'source',
    type: oneOf(providerTypes, search.get('type')) ?? 'files',
    fields: Object.fromEntries(
      [...search].flatMap(([key, value]) =>
        key.startsWith(fieldMark) ? [[key.slice(fieldMark.length), value]] : [],
      ),
    ),
    folder: search.get('folder') ?? '/',
    cut: search.get('cut') ?? undefined,
    when: oneOf(['proposed', 'periodic', 'static', 'continuous'] as const, when),
    cron: search.get('cron') ?? '0 6 * * *',
    name: search.get('name') ?? '',
    owner: search.get('owner') ?? '',
    about: search.get('about') ?? '',
    without: search.getAll('not'),
  };
}

/** The address of a draft. */
export function searchOf(draft: Draft): URLSearchParams {
  const { fields, without, ...rest } = draft;
  const own = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '');
  const given = providerForms[draft.type].fields.flatMap(({ name }) =>
    (fields[name] ?? '') === '' ? [] : [[fieldMark + name, fields[name] ?? '']],
  );
  return new URLSearchParams([...own, ...given, ...without.map((key) => ['not', key])] as [string, string][]);
}

function oneOf<T extends string>(words: readonly T[], word: string | null): T | undefined {
  return words.find((one) => one === word);
}

/** The provider as it would stand in YAML: only what its form asks for and somebody filled in. */
function providerOf({ type, fields }: Draft): Readonly<Record<string, string>> {
  const given = providerForms[type].fields.flatMap(({ name }) => {
    const value = (fields[name] ?? '').trim();
    return value === '' ? [] : [[name, value] as const];
  });
  return { type, ...Object.fromEntries(given) };
}

/** Labels of what must be filled in and is not. */
export function missingOf({ type, fields }: Draft): readonly string[] {
  return providerForms[type].fields
    .filter(({ name, isRequired }) => isRequired === true && (fields[name] ?? '').trim() === '')
    .map(({ label }) => label);
}

/** What the service is asked to look at. */
export function previewRequest(draft: Draft) {
  return {
    provider: providerOf(draft),
    baseDirectory: draft.folder,
    ...(draft.cut === undefined ? {} : { partition: plainOf(draft.cut) }),
  };
}

function plainOf(json: string): Plain {
  try {
    return JSON.parse(json) as Plain;
  } catch {
    return json;
  }
}

/** A name that the address of the source suggests: `flights` of `/data/flights/*.parquet`. */
export function suggestedName({ type, fields }: Draft): string {
  const address = fields['table'] ?? (type === 'http' ? fields['url'] : fields['path']) ?? '';
  const words = address.replace(/^[a-z0-9]+:\/\/[^/]*/, '').split(/[/.]/);
  const named = words.map((word) =>
    word
      .replaceAll(/\{[^}]*\}|[*?]+/g, ' ')
      .trim()
      .toLowerCase(),
  );
  const found = named.findLast((word) => /[a-z]{3}/.test(word) && !extensions.has(word));
  return (found ?? '').replaceAll(/[^a-z0-9_-]+/g, '-').replaceAll(/^[-_]+|[-_]+$/g, '');
}

const extensions = new Set(['csv', 'tsv', 'json', 'ndjson', 'parquet', 'zst', 'data', 'public']);

/** What tells suggestions apart. */
export function keyOf({ column, text }: Suggestion): string {
  return `${column ?? ''} ${text}`.trim();
}

/** When new partitions come, as it would stand in YAML. */
function publishOf(draft: Draft, preview: PreviewView | undefined): Plain {
  const when = draft.when ?? (preview?.publish === undefined ? 'static' : 'proposed');
  if (when === 'periodic') return { type: 'periodic', cron: draft.cron, time_zone: 'UTC' };
  if (when === 'continuous') return { type: 'continuous' };
  return when === 'proposed' && preview?.publish !== undefined ? preview.publish.rule : { type: 'static' };
}

/** The definition of a draft: the file that one would keep beside one's code. */
export function definitionText(draft: Draft, preview: PreviewView | undefined): string {
  const chosen = (preview?.suggestions ?? []).filter((one) => !draft.without.includes(keyOf(one)));
  const entries: Record<string, Plain> = {
    dataset: draft.name.trim(),
    owner: draft.owner.trim(),
    ...(draft.about.trim() === '' ? {} : { description: draft.about.trim() }),
    provider: providerOf(draft),
    partition: draft.cut === undefined ? (preview?.partition ?? 'none') : plainOf(draft.cut),
    publish: publishOf(draft, preview),
  };
  const columns = [...new Set(chosen.flatMap(({ column }) => column ?? []))];
  const items = (column: string | undefined, indent: string): string[] =>
    chosen.flatMap((one) =>
      one.column === column && one.check !== undefined ? [indent + itemText(one.check)] : [],
    );
  const ofDataset = items(undefined, '  - ');
  const ofColumns = columns.flatMap((column) => {
    const own = items(column, '      - ');
    return own.length === 0 ? [] : [`  - name: ${flowText(column)}`, '    checks:', ...own];
  });
  return `${[
    ...blockEntries(entries),
    ...(ofDataset.length === 0 ? [] : ['checks:', ...ofDataset]),
    ...(ofColumns.length === 0 ? [] : ['columns:', ...ofColumns]),
  ].join('\n')}\n`;
}

function itemText(check: NonNullable<Suggestion['check']>): string {
  return Object.entries(check)
    .map(([metric, body]) => `${flowText(metric)}: ${flowText(body)}`)
    .join(', ');
}

import { resolve } from 'node:path';
import type { ErrorCode } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { type DefinitionIssue, formatPath } from '../../core/datasets/decode/place.ts';
import { type ChecksDefinition, decodeChecks, decodeDataset } from '../../core/datasets/decode.ts';
import type { AlertPolicy, DatasetDefinition } from '../../core/datasets/definition.ts';
import type { ProviderDefinition } from '../../core/datasets/provider-definition.ts';
import { suggestion } from '../../core/text/nearest.ts';
import type { Holidays } from '../../ports/holidays.ts';
import { issuesFailure, parseYaml } from './yaml-document.ts';

/**
 * Reads a dataset's definition from YAML. A relative provider path is taken from `baseDirectory`, the folder of the file.
 * `YAML_INVALID` with an excerpt, or `DATASET_INVALID` naming file, line and column of everything that is wrong.
 */
export function readDefinition(
  text: string,
  source: { readonly file: string; readonly baseDirectory: string; readonly regions?: Regions },
): Outcome<DatasetDefinition> {
  const { file, regions } = source;
  const read = readWith(inRegions(decodeDataset, regions), { text, file, code: 'DATASET_INVALID' });
  if (!read.ok) return read;
  return succeed({ ...read.value, provider: withAbsolutePath(read.value.provider, source.baseDirectory) });
}

function withAbsolutePath(provider: ProviderDefinition, baseDirectory: string): ProviderDefinition {
  if (provider.type !== 'files' && provider.type !== 'sqlite') return provider;
  return { ...provider, path: resolve(baseDirectory, provider.path) };
}

/** Reads a checks file, or the checks of a whole definition: `YAML_INVALID`, `CHECKS_INVALID`. */
export function readChecks(
  text: string,
  source: { readonly file: string; readonly regions?: Regions },
): Outcome<ChecksDefinition> {
  const { file, regions } = source;
  return readWith(inRegions(decodeChecks, regions), { text, file, code: 'CHECKS_INVALID' });
}

/** The codes that `policy.holidays` may name; undefined when that is not to be looked at. */
export type Regions = readonly string[] | undefined;

/**
 * Reads something with a policy. Which countries and regions have known holidays is asked only when the policy names one:
 * the list takes a while to load.
 */
export async function readWithRegions<T extends { readonly policy: AlertPolicy }>(
  read: (regions: Regions) => Outcome<T>,
  holidays: Holidays,
): Promise<Outcome<T>> {
  const first = read(undefined);
  if (!first.ok || first.value.policy.holidays === undefined) return first;
  return read(await holidays.codes());
}

type Decode<T> = (input: unknown) => Outcome<T, readonly DefinitionIssue[]>;

function inRegions<T extends { readonly policy: AlertPolicy }>(
  decode: Decode<T>,
  regions: Regions,
): Decode<T> {
  return (input) => {
    const decoded = decode(input);
    const code = decoded.ok ? decoded.value.policy.holidays : undefined;
    if (code === undefined || regions === undefined || regions.includes(code)) return decoded;
    const meant = usualMistakes[code];
    const hint = meant === undefined ? suggestion(code, regions) : `; did you mean “${meant}”?`;
    const message = `no country or region with the code “${code}” is known${hint}`;
    return fail([{ path: ['policy', 'holidays'], message }]);
  };
}

/** Codes that people take for those of ISO 3166. */
const usualMistakes: Readonly<Record<string, string>> = { UK: 'GB', EN: 'GB-ENG', EL: 'GR' };

function readWith<T>(
  decode: (input: unknown) => Outcome<T, readonly DefinitionIssue[]>,
  source: {
    readonly text: string;
    readonly file: string;
    readonly code: Extract<ErrorCode, 'DATASET_INVALID' | 'CHECKS_INVALID'>;
  },
): Outcome<T> {
  const { text, file, code } = source;
  const document = parseYaml(text, file);
  if (!document.ok) return document;
  const decoded = decode(document.value.value);
  if (decoded.ok) return decoded;
  const lines = decoded.error.map((issue) => ({
    position: document.value.positionOf(issue.path),
    text: [formatPath(issue.path), issue.message].filter((part) => part !== '').join(': '),
  }));
  return fail(issuesFailure(code, file, lines));
}

import { resolve } from 'node:path';
import type { ErrorCode } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { type DefinitionIssue, formatPath } from '../../core/datasets/decode/place.ts';
import { type ChecksDefinition, decodeChecks, decodeDataset } from '../../core/datasets/decode.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { issuesFailure, parseYaml } from './yaml-document.ts';

/**
 * Reads a dataset's definition from YAML. A relative provider path is taken from `baseDirectory`, the folder of the file.
 * `YAML_INVALID` with an excerpt, or `DATASET_INVALID` naming file, line and column of everything that is wrong.
 */
export function readDefinition(
  text: string,
  source: { readonly file: string; readonly baseDirectory: string },
): Outcome<DatasetDefinition> {
  const read = readWith(decodeDataset, { text, file: source.file, code: 'DATASET_INVALID' });
  if (!read.ok) return read;
  const { provider } = read.value;
  return succeed({
    ...read.value,
    provider: { ...provider, path: resolve(source.baseDirectory, provider.path) },
  });
}

/** Reads a checks file, or the checks of a whole definition: `YAML_INVALID`, `CHECKS_INVALID`. */
export function readChecks(text: string, source: { readonly file: string }): Outcome<ChecksDefinition> {
  return readWith(decodeChecks, { text, file: source.file, code: 'CHECKS_INVALID' });
}

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

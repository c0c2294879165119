import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { S3ProviderDefinition } from '../../core/datasets/provider-definition.ts';
import { type FilePattern, filePatterns, isGlob, patternOfDirectory } from '../../core/files/file-pattern.ts';
import { hasFormat, unknownFormat } from '../../core/files/format-of-files.ts';
import { literalPrefix, matchPath } from '../../core/files/match-path.ts';
import type { ListedFile } from '../../ports/file-source.ts';
import { listObjects, type S3Object } from './list-objects.ts';
import { s3Name } from './s3-address.ts';
import type { S3Store } from './s3-store.ts';

/**
 * The objects that a path in a bucket stands for: one object, all below a prefix, or those that match a glob. Only what
 * begins like the part of the path before its first wildcard is listed. Throws `SOURCE_NOT_FOUND`, `SOURCE_LIMIT`,
 * `SOURCE_FORMAT_UNKNOWN`, and what the store says.
 */
export async function findObjects(
  store: S3Store,
  { path, format }: { readonly path: string; readonly format: S3ProviderDefinition['format'] },
  signal: AbortSignal,
): Promise<readonly ListedFile[]> {
  const search: Search = { store, path, signal, found: new Map(), seen: 0 };
  const isOpen = isGlob(path) ? await findByGlob(search) : await findPlain(search);
  const found = [...search.found.values()];
  const files = isOpen && format === undefined ? found.filter(({ name }) => hasFormat(name)) : found;
  if (files.length > 0) return files;
  throw found[0] === undefined ? nothingFound(search) : unknownFormat(found[0].name);
}

type Search = {
  readonly store: S3Store;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly found: Map<string, ListedFile>;
  /** Keys that were looked at. */
  seen: number;
};

/** One object of exactly this key, or else all below it. Returns whether other formats are just not meant. */
async function findPlain(search: Search): Promise<boolean> {
  const { store, path, signal } = search;
  if (path !== '' && !path.endsWith('/')) {
    // The shortest key with this prefix comes first, and that is the path itself.
    for await (const [first] of listObjects(store, { prefix: path, signal, pageSize: 1 })) {
      if (first?.key === path) {
        take(search, first, []);
        return false;
      }
      break;
    }
  }
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  await takeMatching(search, prefix, [patternOfDirectory(path)]);
  return true;
}

async function findByGlob(search: Search): Promise<boolean> {
  const patterns = filePatterns(search.path);
  for (const prefix of prefixesOf(patterns)) {
    const fitting = patterns.filter((pattern) => literalPrefix(pattern).startsWith(prefix));
    await takeMatching(search, prefix, fitting);
  }
  return patterns.every((pattern) => pattern.isOpen);
}

/** What has to be listed for all patterns: none is the start of another. */
function prefixesOf(patterns: readonly FilePattern[]): readonly string[] {
  const prefixes: string[] = [];
  for (const prefix of patterns.map(literalPrefix).toSorted()) {
    const last = prefixes.at(-1);
    if (last === undefined || !prefix.startsWith(last)) prefixes.push(prefix);
  }
  return prefixes;
}

async function takeMatching(search: Search, prefix: string, patterns: readonly FilePattern[]): Promise<void> {
  for await (const objects of listObjects(search.store, { prefix, signal: search.signal })) {
    search.seen += objects.length;
    for (const object of objects) {
      // Directories that a console made.
      if (object.key.endsWith('/')) continue;
      // A name may hold characters of globs: what exists is meant as it stands.
      if (object.key === search.path) {
        search.found.clear();
        take(search, object, []);
        return;
      }
      const texts = firstMatch(patterns, object.key);
      if (texts !== undefined) take(search, object, texts);
    }
  }
}

function firstMatch(patterns: readonly FilePattern[], key: string): readonly string[] | undefined {
  for (const pattern of patterns) {
    const texts = matchPath(pattern, key);
    if (texts !== undefined) return texts;
  }
  return undefined;
}

function take({ store, found }: Search, object: S3Object, texts: readonly string[]): void {
  const { key, sizeBytes, modifiedAtMs, tag } = object;
  const name = s3Name(store.bucket, key);
  if (found.has(name)) return;
  if (found.size >= limits.filesPerListingMax) throw tooMany(name);
  found.set(name, { name, sizeBytes, modifiedAtMs, texts, ...(tag === undefined ? {} : { tag }) });
}

function tooMany(name: string): FailureError {
  const message = `More than ${limits.filesPerListingMax} objects match, such as ${name}`;
  const hint = 'Narrow the path, or register several datasets';
  return new FailureError(failure('SOURCE_LIMIT', message, { hint, where: name }));
}

function nothingFound({ store, path, seen }: Search): FailureError {
  const where = s3Name(store.bucket, path);
  const hint =
    seen === 0
      ? 'No key of the bucket begins like the part of the path before its first wildcard'
      : `${seen} keys begin like it; wildcards pass over names that begin with . or _`;
  return new FailureError(failure('SOURCE_NOT_FOUND', `No object matches ${where}`, { hint, where }));
}

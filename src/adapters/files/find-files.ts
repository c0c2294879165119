import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { type FilePattern, isHidden, matchName, type Segment } from '../../core/files/file-pattern.ts';
import { accessFailure, errnoOf, isAbsent } from './access-failure.ts';

/** A name that matched: it may be anything but a directory, and gone by now. */
export type FoundFile = {
  readonly path: string;
  /** What the wildcards of the pattern stand for, from left to right. */
  readonly texts: readonly string[];
};

/**
 * Walks the directories that patterns lead to. Links to directories are followed, each directory once for each `**`, so
 * that a loop of links ends. Throws `SOURCE_LIMIT` and `SOURCE_UNREADABLE`; rejects with the signal's reason.
 */
export async function findFiles(
  patterns: readonly FilePattern[],
  signal: AbortSignal,
): Promise<readonly FoundFile[]> {
  const found = new Map<string, FoundFile>();
  for (const { segments } of patterns) {
    const walk: Walk = { found, visited: new Set(), signal };
    await step(walk, { directory: '/', segments, texts: [] });
  }
  return [...found.values()];
}

type Walk = {
  readonly found: Map<string, FoundFile>;
  readonly visited: Set<string>;
  readonly signal: AbortSignal;
};

/** A directory, and the segments that names in it are to match next. */
type Position = {
  readonly directory: string;
  readonly segments: readonly Segment[];
  readonly texts: readonly string[];
};

async function step(walk: Walk, position: Position): Promise<void> {
  const [segment, ...rest] = position.segments;
  switch (segment?.kind) {
    case undefined:
      return;
    case 'name':
      return await advance(walk, { ...position, segments: rest }, segment);
    case 'names':
      return await stepByNames(walk, { ...position, segments: rest }, segment);
    case 'directories':
      if (!(await isNewDirectory(walk, position))) return;
      await step(walk, { ...position, segments: rest });
      return await stepBelow(walk, position);
  }
}

async function advance(
  walk: Walk,
  position: Position,
  matched: { readonly name: string; readonly stands: string },
): Promise<void> {
  const path = join(position.directory, matched.name);
  const texts = matched.stands === '' ? position.texts : [...position.texts, matched.stands];
  if (position.segments.length > 0) return await step(walk, { ...position, directory: path, texts });
  if (walk.found.has(path)) return;
  if (walk.found.size >= limits.filesPerListingMax) throw tooMany(position.directory);
  walk.found.set(path, { path, texts });
}

async function stepByNames(
  walk: Walk,
  position: Position,
  segment: Extract<Segment, { kind: 'names' }>,
): Promise<void> {
  const isLast = position.segments.length === 0;
  const directories: { name: string; stands: string }[] = [];
  for await (const entry of entriesOf(walk, position.directory)) {
    const stands = matchName(segment, entry.name);
    if (stands === undefined) continue;
    const matched = { name: entry.name, stands };
    if (!isLast) {
      if (entry.isDirectory() || entry.isSymbolicLink()) directories.push(matched);
    } else if (!entry.isDirectory()) {
      await advance(walk, position, matched);
    }
  }
  for (const directory of directories) await advance(walk, position, directory);
}

/** Real directories before links, so that a file reached both ways is known by its real path. */
async function stepBelow(walk: Walk, position: Position): Promise<void> {
  const real: string[] = [];
  const linked: string[] = [];
  for await (const entry of entriesOf(walk, position.directory)) {
    if (isHidden(entry.name)) continue;
    if (entry.isDirectory()) real.push(entry.name);
    else if (entry.isSymbolicLink()) linked.push(entry.name);
  }
  for (const name of [...real.toSorted(), ...linked.toSorted()]) {
    const directory = join(position.directory, name);
    await step(walk, { ...position, directory, texts: [...position.texts, name] });
  }
}

/** Notes a directory as visited for the segments that are left, under whatever path it was reached. */
async function isNewDirectory(walk: Walk, { directory, segments }: Position): Promise<boolean> {
  try {
    const status = await stat(directory);
    const identity = `${segments.length}:${status.dev}:${status.ino}`;
    if (!status.isDirectory() || walk.visited.has(identity)) return false;
    if (walk.visited.size >= limits.filesPerListingMax) throw tooMany(directory);
    walk.visited.add(identity);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error instanceof FailureError ? error : accessFailure(directory, error);
  }
}

/** The entries of a directory, some hundred at a time; none when it is no directory or has vanished. */
async function* entriesOf(walk: Walk, directory: string): AsyncGenerator<Dirent> {
  try {
    for await (const entry of await opendir(directory, { bufferSize: 512 })) {
      walk.signal.throwIfAborted();
      yield entry;
    }
  } catch (error) {
    if (isAbsent(error)) return;
    throw errnoOf(error) === undefined ? error : accessFailure(directory, error);
  }
}

function tooMany(directory: string): FailureError {
  const message = `More than ${limits.filesPerListingMax} files match, the last ones in ${directory}`;
  const hint = 'Narrow the path, or register several datasets';
  return new FailureError(failure('SOURCE_LIMIT', message, { hint, where: directory }));
}

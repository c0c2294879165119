import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { failure } from '../../src/base/errors.ts';
import { fail, succeed } from '../../src/base/outcome.ts';
import { filePatterns } from '../../src/core/files/file-pattern.ts';
import { matchPath } from '../../src/core/files/match-path.ts';
import type { FileSource, ListedFile } from '../../src/ports/file-source.ts';

export type DirectorySource = FileSource & {
  /** Names of the files that were fetched, in order. */
  readonly fetched: string[];
  /** Called before each file is fetched. */
  beforeFetch: (name: string) => Promise<void>;
};

/** A store of remote files that is a directory: `s3://bucket/<pattern>` is looked for in it. Tags are hashes of contents, or none. */
export function createDirectorySource(
  directory: string,
  options: { readonly says?: 'tag' | 'nothing' } = {},
): DirectorySource {
  const source: DirectorySource = {
    fetched: [],
    beforeFetch: async () => undefined,
    list: async ({ provider }) => {
      const glob = 'path' in provider ? provider.path.slice('s3://bucket/'.length) : '';
      const names = await readdir(directory, { recursive: true });
      const files: ListedFile[] = [];
      for (const name of names.toSorted()) {
        const found = await stat(join(directory, name));
        const texts = filePatterns(`/${glob}`).flatMap((pattern) => [matchPath(pattern, name) ?? []])[0];
        const isMatch = filePatterns(`/${glob}`).some((pattern) => matchPath(pattern, name) !== undefined);
        if (!found.isFile() || !isMatch) continue;
        const marks = options.says === 'nothing' ? {} : { tag: await tagOf(join(directory, name)) };
        files.push({ name: `bucket/${name}`, sizeBytes: found.size, texts: texts ?? [], ...marks });
      }
      return files.length === 0
        ? fail(failure('SOURCE_NOT_FOUND', `No object matches ${glob}`))
        : succeed(files);
    },
    fetch: async ({ file, path, signal, onBytes }) => {
      signal.throwIfAborted();
      await source.beforeFetch(file.name);
      signal.throwIfAborted();
      const from = join(directory, file.name.slice('bucket/'.length));
      source.fetched.push(basename(from));
      if (file.tag !== undefined && (await tagOf(from)) !== file.tag) {
        return fail(failure('SOURCE_CHANGED', `${file.name} is no longer the file that was listed`));
      }
      await copyFile(from, path);
      onBytes?.((await stat(path)).size);
      return succeed(undefined);
    },
  };
  return source;
}

async function tagOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

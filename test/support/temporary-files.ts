import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory of its own for one test, removed when it is disposed. */
export type TemporaryFiles = AsyncDisposable & {
  readonly directory: string;
  /** Writes a file below the directory; returns its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
};

/** Makes a temporary directory. */
export async function temporaryFiles(): Promise<TemporaryFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-test-'));
  return {
    directory,
    write: async (name, content) => {
      const path = join(directory, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      return path;
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

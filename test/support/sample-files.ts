import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileFormat } from '../../src/core/datasets/provider-definition.ts';
import type { FilesScan, SourceFile } from '../../src/core/datasets/source.ts';

/** A temporary folder of a test, with files in it. Disposing removes it. */
export type SampleFolder = Disposable & {
  readonly path: string;
  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  /** Makes an empty directory and returns its path. */
  directory(name: string): string;
  /** Writes files and returns the scan that reads them all. */
  scan(
    format: FileFormat,
    contents: Readonly<Record<string, string | Uint8Array>>,
    more?: Partial<FilesScan>,
  ): FilesScan;
};

/** Makes a temporary folder. */
export function sampleFolder(): SampleFolder {
  const path = mkdtempSync(join(tmpdir(), 'assay-'));
  const write = (name: string, content: string | Uint8Array): string => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };
  return {
    path,
    write,
    directory: (name) => {
      mkdirSync(join(path, name), { recursive: true });
      return join(path, name);
    },
    scan: (format, contents, more = {}) =>
      scanOf(
        format,
        Object.entries(contents).map(([name, content]) => write(name, content)),
        more,
      ),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A file as a listing sees it now. */
export function sourceFile(path: string): SourceFile {
  const { size, mtimeMs } = statSync(path);
  return { path, sizeBytes: size, modifiedAtMs: mtimeMs };
}

/** The scan of files as they are now. */
export function scanOf(
  format: FileFormat,
  paths: readonly string[],
  more: Partial<FilesScan> = {},
): FilesScan {
  return { kind: 'files', format, files: paths.map(sourceFile), hiveKeys: [], ...more };
}

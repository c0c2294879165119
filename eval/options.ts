import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Options = {
  /** Undefined where no data was found. */
  readonly data: string | undefined;
  readonly out: string;
  readonly tune: boolean;
  readonly misses: boolean;
  readonly fresh: boolean;
  readonly writeDocs: boolean;
  readonly streams: readonly string[] | undefined;
  readonly workers: number;
  /** Of the tested partitions and seeds, each so-many-th is judged. */
  readonly sample: number;
};

/** Reads the command line. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      out: { type: 'string', default: join(import.meta.dirname, 'out') },
      tune: { type: 'boolean', default: false },
      misses: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      streams: { type: 'string' },
      workers: { type: 'string', default: '2' },
      sample: { type: 'string', default: '1' },
    },
  });
  return {
    data: values.data === undefined ? usualData() : resolve(values.data),
    out: resolve(values.out),
    tune: values.tune,
    misses: values.misses,
    fresh: values.fresh,
    writeDocs: values['write-docs'],
    streams: values.streams?.split(','),
    workers: Number(values.workers),
    sample: Math.max(1, Math.round(Number(values.sample))),
  };
}

/** `shared/data` in the project or beside it. */
function usualData(): string | undefined {
  const root = join(import.meta.dirname, '..');
  return ['shared/data', '../shared/data']
    .map((path) => resolve(root, path))
    .find((path) => existsSync(path));
}

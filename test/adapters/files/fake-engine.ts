import { readFileSync } from 'node:fs';
import { failure } from '../../../src/base/errors.ts';
import { type PartitionKey, partitionKey } from '../../../src/base/ids.ts';
import { fail, succeed } from '../../../src/base/outcome.ts';
import { instant } from '../../../src/base/units.ts';
import { columnsKey, timeKey } from '../../../src/core/datasets/partition-key.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import type { Engine, PartitionCount, PartitionsOfRequest } from '../../../src/ports/engine.ts';

export type FakeEngine = Engine & {
  /** Paths that were opened, in order; a request that names none of a file's rows does not open it. */
  readonly opened: string[];
  /** The number of files in each request for partitions. */
  readonly requests: number[];
};

type Row = Readonly<Record<string, string | number | null>>;

/** An engine for files of JSON lines; one that starts with `broken` can not be read. With `isPlain` it does not know of counts per file. */
export function createFakeEngine(options: { readonly isPlain?: boolean } = {}): FakeEngine {
  const opened: string[] = [];
  const requests: number[] = [];
  const rowsOf = (path: string): Row[] => {
    opened.push(path);
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line): Row => JSON.parse(line));
  };
  const problemOf = (paths: readonly { readonly path: string }[]) => {
    const broken = paths.find(({ path }) => readFileSync(path, 'utf8').startsWith('broken'));
    return broken && failure('SOURCE_UNREADABLE', `${broken.path} can not be read`, { where: broken.path });
  };
  const unused = () => Promise.reject(new Error('not part of this test'));
  return {
    opened,
    requests,
    describe: (scan) => {
      const problem = problemOf(scan.files);
      if (problem !== undefined) return Promise.resolve(fail(problem));
      const [first = {}] = scan.files.flatMap(({ path }) => rowsOf(path));
      const schema = Object.entries(first).map(([name, value]) => ({
        name,
        type: columnType(typeOf(name, value)),
      }));
      return Promise.resolve(succeed({ schema, remarks: [] }));
    },
    partitionsOf: (request, wait) => {
      wait.signal.throwIfAborted();
      requests.push(request.scan.files.length);
      const problem = problemOf(request.scan.files);
      if (problem !== undefined) return Promise.resolve(fail(problem));
      const counts = new Map<string, PartitionCount>();
      for (const { path } of request.scan.files) {
        for (const row of rowsOf(path)) {
          const key = keyOf(request.by, row);
          if (key === undefined) return Promise.resolve(fail(failure('QUERY_FAILED', 'Conversion Error')));
          const isPerFile = request.perFile === true && options.isPlain !== true;
          const id = isPerFile ? `${path} ${key}` : key;
          const rowCount = (counts.get(id)?.rowCount ?? 0) + 1;
          counts.set(id, {
            key,
            rowCount,
            ...valuesOf(request.by, row),
            ...(isPerFile ? { file: path } : {}),
          });
        }
      }
      return Promise.resolve(succeed([...counts.values()]));
    },
    ingest: unused,
    measure: unused,
    query: unused,
    evaluate: unused,
    merge: unused,
    replay: unused,
    suggest: unused,
    close: () => Promise.resolve(),
  };
}

function typeOf(name: string, value: unknown): string {
  if (typeof value === 'number') return 'INTEGER';
  return name === 'day' ? 'DATE' : 'VARCHAR';
}

function keyOf(by: PartitionsOfRequest['by'], row: Row): PartitionKey | undefined {
  if (by.kind === 'columns') return columnsKey(Object.entries(valuesOf(by, row).values ?? {}));
  const value = row[by.column];
  if (value === null || value === undefined) return partitionKey('null');
  const ms = Date.parse(String(value));
  return Number.isNaN(ms) ? undefined : timeKey(instant(ms), by.by);
}

function valuesOf(by: PartitionsOfRequest['by'], row: Row): Pick<PartitionCount, 'values'> {
  if (by.kind === 'time') return {};
  const values = by.columns.map(
    (column) => [column, row[column] == null ? null : String(row[column])] as const,
  );
  return { values: Object.fromEntries(values) };
}

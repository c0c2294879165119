import { basename } from 'node:path';
import { FailureError, failure } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import { columnType, type Schema } from '../../../core/datasets/schema.ts';
import type { FilesScan } from '../../../core/datasets/source.ts';
import { castText } from '../columns/text-column.ts';
import { readFault } from '../duckdb-fault.ts';
import { originOf } from '../files/file-origin.ts';
import { hiveColumns } from '../ingest/hive-columns.ts';
import { fileIndexSql } from '../ingest/text-source.ts';
import { filterSql } from '../partition-filter.ts';
import { identifier, literalList } from '../sql.ts';
import type { Session } from '../worker/session.ts';

/** Parquet files as one relation: `select` has the rows of the partition alone. */
export type ParquetRelation = {
  readonly schema: Schema;
  readonly select: string;
  /** Whether `select` is the whole of the files and nothing else. */
  readonly isPlain: boolean;
  readonly files: readonly string[];
};

/**
 * Opens Parquet files, on demand with `f`, the index of the file. Columns of several files are matched by name and their types widened to the common one. Throws
 * `SOURCE_UNREADABLE` for a file that is none, is truncated or fits the others in no way.
 */
export async function openParquet(
  session: Session,
  scan: FilesScan,
  withFile = false,
): Promise<ParquetRelation> {
  const files = scan.files.map((file) => file.path);
  for (const file of scan.files) refuseTiny(file.path, file.sizeBytes);
  const described = await describeFiles(session, files);
  const own = new Set(described.map((column) => column.name.toLowerCase()));
  const hive = hiveColumns(scan.hiveKeys, scan.files.map(originOf), files).filter(
    (column) => !own.has(column.name.toLowerCase()),
  );
  const schema = [
    ...described,
    ...hive.map(({ name, fixed }) => ({ name, type: columnType(fixed?.native ?? 'VARCHAR') })),
  ];
  if (schema.length > limits.columnsMax) {
    throw new FailureError(
      failure(
        'SOURCE_LIMIT',
        `the source has ${schema.length} columns, more than the ${limits.columnsMax} allowed`,
      ),
    );
  }
  const needsFilename = withFile || hive.some((column) => column.needsFilename);
  const columns = [
    ...described.map(({ name }) => identifier(name)),
    ...hive.map(
      ({ name, sql, fixed }) => `${castText(sql, fixed ?? { native: 'VARCHAR' })} as ${identifier(name)}`,
    ),
    ...(withFile ? [fileIndexSql(files)] : []),
  ];
  const reader = readerSql(files, needsFilename ? ', filename = true' : '');
  const predicate = scan.filter === undefined ? '' : ` where ${filterSql(scan.filter, schema)}`;
  const isPlain = hive.length === 0 && !withFile;
  const rows = `select ${isPlain ? '*' : columns.join(', ')} from ${reader}`;
  return {
    schema,
    select: isPlain ? `${rows}${predicate}` : `select * from (${rows})${predicate}`,
    isPlain: isPlain && scan.filter === undefined,
    files,
  };
}

/** Magic bytes at both ends and the length of the footer are 12 bytes. */
const parquetBytesMin = 12;

function refuseTiny(path: string, sizeBytes: number): void {
  if (sizeBytes >= parquetBytesMin) return;
  const what =
    sizeBytes === 0 ? 'is empty: not even a Parquet footer is there' : 'is too short to be a Parquet file';
  throw new FailureError(failure('SOURCE_UNREADABLE', `${basename(path)} ${what}`, { where: path }));
}

async function describeFiles(session: Session, files: readonly string[]): Promise<Schema> {
  try {
    const rows = await session.rows(`describe select * from ${readerSql(files, '')}`);
    return rows.map((row) => ({
      name: String(row['column_name']),
      type: columnType(String(row['column_type'])),
    }));
  } catch (thrown) {
    throw new FailureError(readParquetFault(thrown, files));
  }
}

/** What an error while Parquet files were read means to people. */
export function readParquetFault(thrown: unknown, files: readonly string[]): ReturnType<typeof readFault> {
  const message = thrown instanceof Error ? thrown.message : '';
  const path = files.find((file) => message.includes(file)) ?? (files.length === 1 ? files[0] : undefined);
  const name = path === undefined ? 'one of the files' : basename(path);
  const hint = 'copy it again from where it comes from, or say its format when it is no Parquet file';
  if (/No magic bytes|magic bytes|footer length|too small to be a Parquet/i.test(message)) {
    const first = message.split('\n')[0];
    return failure(
      'SOURCE_UNREADABLE',
      `${name} is not a Parquet file, or is truncated: its footer is missing`,
      {
        where: path,
        hint,
        cause: first,
      },
    );
  }
  return readFault(thrown, files);
}

function readerSql(files: readonly string[], options: string): string {
  const union = files.length > 1 ? ', union_by_name = true' : '';
  return `read_parquet(${literalList(files)}, hive_partitioning = false${union}${options})`;
}

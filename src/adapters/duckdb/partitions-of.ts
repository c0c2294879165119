import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { instant } from '../../base/units.ts';
import type { TimeGrain } from '../../core/datasets/definition.ts';
import { columnsKey, compareKeys, nullPartition, timeKey } from '../../core/datasets/partition-key.ts';
import type { ColumnSchema } from '../../core/datasets/schema.ts';
import type { PartitionCount, PartitionsOfRequest } from '../../ports/engine.ts';
import { castText, type TextColumn } from './columns/text-column.ts';
import { cleanTypes } from './describe.ts';
import { isRowFault } from './duckdb-fault.ts';
import { originOf } from './files/file-origin.ts';
import { openText, withUnchangedFiles } from './ingest/ingest.ts';
import { sampleTypes, schemaOf } from './ingest/take-text.ts';
import { openParquet } from './parquet/parquet-relation.ts';
import { columnOf, refuseTimeless } from './partition-filter.ts';
import { identifier } from './sql.ts';
import type { Row, Session } from './worker/session.ts';

/** The partitions in a source, in the order of their keys. Throws `FailureError`. */
export function partitionsOf(
  session: Session,
  request: PartitionsOfRequest,
  scratch: string,
): Promise<readonly PartitionCount[]> {
  return withUnchangedFiles(request.scan, async () => {
    const { scan, by, perFile = false } = request;
    if (scan.format === 'parquet') {
      const { schema, select } = await openParquet(session, scan, perFile);
      const files = perFile ? scan.files.map(originOf) : undefined;
      return count(session, by, { schema, rows: select, files });
    }
    const source = await openText(session, scan, { directory: scratch, signal: session.signal });
    const of = (columns: readonly TextColumn[], rows: string): Counted => {
      const schema = schemaOf(columns);
      const wanted = wantedColumns(by).map((name) => columnOf(schema, name).name);
      const values = columns
        .filter(({ name }) => wanted.includes(name))
        .map((column) => `${castText(column.raw, column.type)} as ${identifier(column.name)}`);
      const select = [...values, ...(perFile ? ['f'] : [])].join(', ');
      const files = perFile ? source.paths : undefined;
      return { schema, rows: `select ${select} from (${rows})`, files };
    };
    try {
      const columns = source.columns.length === 0 ? undefined : await sampleTypes(session, source, undefined);
      if (columns !== undefined)
        return await count(session, by, of(columns, source.rows(new Map(), perFile)));
    } catch (thrown) {
      if (!isRowFault(thrown)) throw thrown;
    }
    const clean = await source.clean();
    return count(session, by, of(await cleanTypes(session, clean), clean.rows(new Map())));
  });
}

type By = PartitionsOfRequest['by'];
type Counted = {
  readonly schema: readonly ColumnSchema[];
  readonly rows: string;
  /** The files that `f` is the index of, when counts are wanted of each. */
  readonly files: readonly string[] | undefined;
};

function wantedColumns(by: By): readonly string[] {
  return by.kind === 'time' ? [by.column] : by.columns;
}

async function count(session: Session, by: By, of: Counted): Promise<PartitionCount[]> {
  const columns = wantedColumns(by).map((name) => columnOf(of.schema, name));
  const counted =
    by.kind === 'time' ? await countTime(session, by, of) : await countColumns(session, columns, of);
  if (counted.length > limits.partitionsPerListingMax) {
    throw new FailureError(
      failure(
        'SOURCE_LIMIT',
        `the source has more than ${limits.partitionsPerListingMax} partitions by ${wantedColumns(by).join(', ')}`,
        { hint: 'partition by columns with fewer values, or by a longer time' },
      ),
    );
  }
  return counted.toSorted((a, b) => compareKeys(a.key, b.key) || compareKeys(a.file ?? '', b.file ?? ''));
}

async function countTime(
  session: Session,
  by: { readonly column: string; readonly by: TimeGrain },
  of: Counted,
): Promise<PartitionCount[]> {
  const column = columnOf(of.schema, by.column);
  refuseTimeless(column);
  const start = `date_trunc('${by.by}', ${identifier(column.name)}::timestamp)`;
  const rows = await session.rows(
    `select epoch_ms(${start})::BIGINT as k, count(*) as n${fileOf(of)} from (${of.rows}) group by all
     limit ${limits.partitionsPerListingMax + 1}`,
  );
  return rows.map((row) => ({
    key: row['k'] === null ? nullPartition : timeKey(instant(Number(row['k'])), by.by),
    rowCount: Number(row['n']),
    ...namedFile(row, of),
  }));
}

async function countColumns(
  session: Session,
  columns: readonly ColumnSchema[],
  of: Counted,
): Promise<PartitionCount[]> {
  const names = columns.map(({ name }, index) => `${identifier(name)}::VARCHAR as v${index}`);
  const rows = await session.rows(
    `select ${names.join(', ')}, count(*) as n${fileOf(of)} from (${of.rows}) group by all
     limit ${limits.partitionsPerListingMax + 1}`,
  );
  return rows.map((row) => {
    const values = columns.map(({ name }, index) => [name, textOf(row, `v${index}`)] as const);
    return {
      key: columnsKey(values),
      rowCount: Number(row['n']),
      values: Object.fromEntries(values),
      ...namedFile(row, of),
    };
  });
}

function fileOf(of: Counted): string {
  return of.files === undefined ? '' : ', f';
}

function namedFile(row: Row, of: Counted): { file?: string } {
  const file = of.files?.[Number(row['f'])];
  return file === undefined ? {} : { file };
}

function textOf(row: Row, key: string): string | null {
  const value = row[key];
  return typeof value === 'string' ? value : null;
}

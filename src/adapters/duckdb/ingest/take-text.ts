import { limits } from '../../../base/limits.ts';
import type { RejectedRow, RejectedRows } from '../../../core/datasets/revision.ts';
import { columnType, type Schema } from '../../../core/datasets/schema.ts';
import type { PartitionFilter } from '../../../core/datasets/source.ts';
import { inferTypes, type RawColumn } from '../columns/infer-types.ts';
import { castText, readAs, type TextColumn } from '../columns/text-column.ts';
import { isRowFault } from '../duckdb-fault.ts';
import { endsInShortLine } from '../files/verify-text.ts';
import { filterSql } from '../partition-filter.ts';
import { identifier } from '../sql.ts';
import type { Session } from '../worker/session.ts';
import type { CleanText, TextSource } from './text-source.ts';

/** What is to be taken of a source. */
export type TextWish = {
  readonly filter?: PartitionFilter | undefined;
  readonly previous?: Schema | undefined;
  /** Takes the rows of a SELECT; called again with other rows when the first ones could not be read to the end. */
  readonly take: (select: string) => Promise<void>;
};

export type TextTaken = { readonly schema: Schema; readonly rejected: RejectedRows };

/**
 * Takes the rows of a text source with exact types. In the common case the source is read once, by DuckDB, which stops
 * at the first row that does not fit. Only then it is taken apart row by row: bad rows are put aside with their reasons,
 * the types are chosen by all of the values, and the good rows are taken.
 */
export async function takeText(session: Session, source: TextSource, wish: TextWish): Promise<TextTaken> {
  return (await takeAtOnce(session, source, wish)) ?? takeRowByRow(session, source, wish);
}

/** Undefined when a row does not fit. */
async function takeAtOnce(
  session: Session,
  source: TextSource,
  wish: TextWish,
): Promise<TextTaken | undefined> {
  if (source.columns.length === 0) return undefined;
  try {
    const columns = await sampleTypes(session, source, wish.previous);
    if (columns === undefined) return undefined;
    const schema = schemaOf(columns);
    const reading = columns.map((column) => ({
      column,
      ...readAs(source.isTyped ? column : { ...column, asText: true }),
    }));
    const types = new Map(reading.map(({ column, type }) => [column.raw, type]));
    const values = reading.map(({ column, value }) => `${value} as ${identifier(column.name)}`);
    const rows = `select ${values.join(', ')} from (${source.rows(types)})`;
    const filter = wish.filter === undefined ? '' : ` where ${filterSql(wish.filter, schema)}`;
    const isWhole = await both(
      wish.take(filter === '' ? rows : `select * from (${rows})${filter}`),
      isReadWhole(source, session.signal),
    );
    return isWhole ? { schema, rejected: { count: 0, samples: [] } } : undefined;
  } catch (thrown) {
    if (isRowFault(thrown)) return undefined;
    // A file that is damaged is told as such, whatever DuckDB stumbled over.
    await isReadWhole(source, session.signal);
    throw thrown;
  }
}

/** Types by the first rows; undefined when one of them does not fit. */
export async function sampleTypes(
  session: Session,
  source: TextSource,
  previous: Schema | undefined,
): Promise<readonly TextColumn[] | undefined> {
  await session.runAlone(`create or replace temp table sample as ${source.sample}`);
  try {
    const inferred = await inferTypes(session, 'sample', { columns: source.columns, previous });
    return inferred.isClean ? inferred.columns : undefined;
  } finally {
    if (!session.signal.aborted) await session.run('drop table sample');
  }
}

/** The schema of typed columns. */
export function schemaOf(columns: readonly TextColumn[]): Schema {
  return columns.map(({ name, type }) => ({ name, type: columnType(type.native) }));
}

/** Waits for both to end before the first failure is thrown: a damaged file is told rather than what it led to. */
async function both<T>(reading: Promise<void>, verifying: Promise<T>): Promise<T> {
  const [read, verified] = await Promise.allSettled([reading, verifying]);
  if (verified.status === 'rejected') throw verified.reason;
  if (read.status === 'rejected') throw read.reason;
  return verified.value;
}

async function isReadWhole(source: TextSource, signal: AbortSignal): Promise<boolean> {
  for (const file of source.files) {
    if (!(await endsInShortLine(file, signal))) return false;
  }
  return true;
}

async function takeRowByRow(session: Session, source: TextSource, wish: TextWish): Promise<TextTaken> {
  const clean = await source.clean();
  const { columns } = await inferTypes(session, `(${clean.rows})`, {
    columns: clean.columns,
    previous: wish.previous,
  });
  const schema = schemaOf(columns);
  const filter = wish.filter === undefined ? 'true' : filterSql(wish.filter, schema);
  const values = columns.map(
    (column) => `${castText(column.raw, column.type)} as ${identifier(column.name)}`,
  );
  const checked = `select ${values.join(', ')}, ${misfitSql(columns)} as "#misfit", "#row" from (${hidden(clean, columns)})`;
  const names = columns.map((column) => identifier(column.name)).join(', ');
  await wish.take(`select ${names} from (${checked}) where "#misfit" is null and ${filter}`);
  // A row whose partition can not be told, because just that value is bad, counts in every partition of its file.
  const misfits = `from (${checked}) where "#misfit" is not null and coalesce(${filter}, true)`;
  const counted = await session.row(`select count(*) as n ${misfits}`);
  const count = Number(counted['n'] ?? 0);
  const samples = count === 0 ? [] : await misfitSamples(session, misfits, { columns, paths: source.paths });
  return { schema, rejected: joinRejected(clean.rejected, { count, samples }, source.paths) };
}

/** Rows with what is told of a rejected one in a single column, so that names of the source's columns can not clash. */
function hidden(clean: CleanText, columns: readonly RawColumn[]): string {
  const raws = columns.map((column) => column.raw).join(', ');
  return `select ${raws}, {'r': r, 'f': f, 't': t} as "#row" from (${clean.rows})`;
}

/** The index and text of the first column whose text does not fit its type; null when all fit. */
function misfitSql(columns: readonly TextColumn[]): string {
  const cases = columns.flatMap(({ raw, type }, index) =>
    type.native === 'VARCHAR'
      ? []
      : [
          `when nullif(${raw}, '') is not null and (${castText(raw, type)}) is null then {'i': ${index}, 'v': left(${raw}, 100)}`,
        ],
  );
  return cases.length === 0 ? 'null' : `case ${cases.join(' ')} end`;
}

async function misfitSamples(
  session: Session,
  misfits: string,
  of: { columns: readonly TextColumn[]; paths: readonly string[] },
): Promise<RejectedRow[]> {
  const rows = await session.rows(
    `select "#misfit"['i'] as i, "#misfit"['v'] as v, "#row"['r'] as r, "#row"['f'] as f, "#row"['t'] as t ${misfits}
     order by f, r limit ${limits.rejectedSamplesMax}`,
  );
  return rows.map((row) => {
    const column = of.columns[Number(row['i'])];
    return {
      file: of.paths[Number(row['f'])] ?? '',
      row: Number(row['r']),
      ...(column === undefined ? {} : { column: column.name }),
      reason: `"${textOf(row['v'])}" is not of type ${column?.type.native ?? 'unknown'}`,
      text: textOf(row['t']),
    };
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function joinRejected(a: RejectedRows, b: RejectedRows, paths: readonly string[]): RejectedRows {
  const order = (row: RejectedRow): number => paths.indexOf(row.file);
  const samples = [...a.samples, ...b.samples]
    .toSorted((x, y) => order(x) - order(y) || (x.row ?? 0) - (y.row ?? 0))
    .slice(0, limits.rejectedSamplesMax);
  return { count: a.count + b.count, samples };
}

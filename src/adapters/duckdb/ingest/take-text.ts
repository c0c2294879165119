import { basename } from 'node:path';
import { FailureError, failure } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import type { RejectedRow, RejectedRows } from '../../../core/datasets/revision.ts';
import { columnType, type Schema } from '../../../core/datasets/schema.ts';
import type { PartitionFilter } from '../../../core/datasets/source.ts';
import { inferTypes, type RawColumn } from '../columns/infer-types.ts';
import { castText, presentText, readAs, type TextColumn } from '../columns/text-column.ts';
import { isRowFault } from '../duckdb-fault.ts';
import { endsInShortLine } from '../files/verify-text.ts';
import { filterSql } from '../partition-filter.ts';
import { identifier } from '../sql.ts';
import type { Session } from '../worker/session.ts';
import type { CleanText, TextRows, TextSource } from './text-source.ts';

/** What is to be taken of a source. */
export type TextWish = {
  readonly filter?: PartitionFilter | undefined;
  readonly previous?: Schema | undefined;
  /**
   * Takes the rows of a SELECT; called again with other rows when the first ones could not be read to the end. Rows in
   * pieces make a row group of each.
   */
  readonly take: (select: string, isInPieces?: boolean) => Promise<void>;
};

export type TextTaken = { readonly schema: Schema; readonly rejected: RejectedRows };

/**
 * Takes the rows of a text source with exact types. In the common case the source is read once, by DuckDB, which stops
 * at the first row that does not fit. Only then it is taken apart row by row: bad rows are put aside with their reasons.
 * When the others fit the types of a sample they are taken; otherwise the types are chosen by all of the values.
 */
export async function takeText(session: Session, source: TextSource, wish: TextWish): Promise<TextTaken> {
  const schema = source.mustBeCleaned ? undefined : await takeAtOnce(session, source, wish);
  if (schema !== undefined) return { schema, rejected: { count: 0, samples: [] } };
  const clean = await source.clean();
  if (clean.columns.length === 0) throw nothingFound(source, clean);
  // Without a row put aside it was the types that did not fit, and they would not fit now.
  const mayFit = source.mustBeCleaned || clean.rejected.count > 0;
  const again = mayFit ? await takeTyped(session, clean, wish) : undefined;
  if (again !== undefined) return { schema: again, rejected: clean.rejected };
  return takeByAllValues(session, { clean, paths: source.paths }, wish);
}

/** The schema; undefined when a row does not fit. */
async function takeAtOnce(session: Session, source: TextSource, wish: TextWish): Promise<Schema | undefined> {
  try {
    const verifying = isReadWhole(source, session.signal);
    const [taken, verified] = await Promise.allSettled([takeTyped(session, source, wish), verifying]);
    // A file that is damaged is told as such, whatever DuckDB stumbled over.
    if (verified.status === 'rejected') throw verified.reason;
    if (taken.status === 'rejected') throw taken.reason;
    return verified.value ? taken.value : undefined;
  } catch (thrown) {
    if (isRowFault(thrown)) return undefined;
    throw thrown;
  }
}

/** Takes rows with the types of a sample of them. The schema; undefined when a row does not fit. */
async function takeTyped(session: Session, from: TextRows, wish: TextWish): Promise<Schema | undefined> {
  if (from.columns.length === 0) return undefined;
  try {
    const columns = await sampleTypes(session, from, wish.previous);
    if (columns === undefined) return undefined;
    const schema = schemaOf(columns);
    const reading = columns.map((column) => ({
      column,
      ...readAs(from.isTyped ? column : { ...column, asText: true }),
    }));
    const types = new Map(reading.map(({ column, type }) => [column.raw, type]));
    const values = reading.map(({ column, value }) => `${value} as ${identifier(column.name)}`);
    const rows = `select ${values.join(', ')} from (${from.rows(types)})`;
    const filter = wish.filter === undefined ? '' : ` where ${filterSql(wish.filter, schema)}`;
    if (filter === '') await wish.take(rows, from.isInPieces);
    else await wish.take(`select * from (${rows})${filter}`);
    return schema;
  } catch (thrown) {
    if (isRowFault(thrown)) return undefined;
    throw thrown;
  }
}

function nothingFound(source: TextSource, clean: CleanText): FailureError {
  const first = clean.rejected.samples[0];
  const name = basename(source.paths[0] ?? '');
  const why = first === undefined ? '' : `: line ${first.row}: ${first.reason}`;
  return new FailureError(
    failure('SOURCE_UNREADABLE', `${name} holds no JSON object${why}`, { where: source.paths[0] }),
  );
}

/** Types by the first rows; undefined when one of them does not fit. */
export async function sampleTypes(
  session: Session,
  source: TextRows,
  previous: Schema | undefined,
): Promise<readonly TextColumn[] | undefined> {
  const known = knownTypes(source.columns);
  if (known !== undefined) return known;
  await session.runAlone(`create or replace temp table sample as ${source.sample}`);
  try {
    const inferred = await inferTypes(session, 'sample', { columns: source.columns, previous });
    return inferred.isClean ? inferred.columns : undefined;
  } finally {
    if (!session.signal.aborted) await session.run('drop table sample');
  }
}

/** The columns when none of their types is a question of their texts. */
function knownTypes(columns: readonly RawColumn[]): readonly TextColumn[] | undefined {
  const known = columns.flatMap(({ name, raw, fixed }) =>
    fixed === undefined ? [] : [{ name, raw, type: fixed, asText: true }],
  );
  return known.length === columns.length ? known : undefined;
}

/** The schema of typed columns. */
export function schemaOf(columns: readonly TextColumn[]): Schema {
  return columns.map(({ name, type }) => ({ name, type: columnType(type.native) }));
}

async function isReadWhole(source: TextSource, signal: AbortSignal): Promise<boolean> {
  for (const file of source.files) {
    if (!(await endsInShortLine(file, signal))) return false;
  }
  return true;
}

/** Takes rows that a sample's types do not fit. Each value is cast by itself, and none that does not fit stops it. */
async function takeByAllValues(
  session: Session,
  { clean, paths }: { clean: CleanText; paths: readonly string[] },
  wish: TextWish,
): Promise<TextTaken> {
  const asked = { columns: clean.columns, previous: wish.previous };
  const { columns } = await inferTypes(session, `(${clean.rows(new Map())})`, asked);
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
  const samples = count === 0 ? [] : await misfitSamples(session, misfits, { columns, paths });
  return { schema, rejected: joinRejected(clean.rejected, { count, samples }, paths) };
}

/** Rows with what is told of a rejected one in a single column, so that names of the source's columns can not clash. */
function hidden(clean: CleanText, columns: readonly RawColumn[]): string {
  const raws = columns.map((column) => column.raw).join(', ');
  return `select ${raws}, {'r': r, 'f': f, 't': t} as "#row" from (${clean.rows(new Map())})`;
}

/** The index and text of the first column whose text does not fit its type; null when all fit. */
function misfitSql(columns: readonly TextColumn[]): string {
  const cases = columns.flatMap(({ raw, type }, index) =>
    type.native === 'VARCHAR'
      ? []
      : [
          `when ${presentText(raw, type)} is not null and (${castText(raw, type)}) is null then {'i': ${index}, 'v': left(${raw}, 100)}`,
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

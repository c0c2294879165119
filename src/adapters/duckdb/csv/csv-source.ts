import { join } from 'node:path';
import { limits } from '../../../base/limits.ts';
import { MiB } from '../../../base/units.ts';
import type { FilesScan } from '../../../core/datasets/source.ts';
import type { RawColumn } from '../columns/infer-types.ts';
import type { TextType } from '../columns/text-column.ts';
import { feedText } from '../files/feed-text.ts';
import { originOf } from '../files/file-origin.ts';
import { inspectText } from '../files/text-file.ts';
import { inUtf8 } from '../files/utf8-copy.ts';
import { hiveColumns } from '../ingest/hive-columns.ts';
import { createRejections, type Rejections, textStart } from '../ingest/rejections.ts';
import { type CleanText, fileIndexSql, once, sampleRowsOf, type TextSource } from '../ingest/text-source.ts';
import { literal, literalList, literalStruct } from '../sql.ts';
import { CleanPieces } from './clean-pieces.ts';
import { CsvCleaner } from './csv-cleaner.ts';
import { type CsvFile, type CsvLayout, layOutCsv } from './csv-layout.ts';
import type { CsvDialect } from './dialect.ts';
import { layOutKnownCsv } from './known-layout.ts';
import { buffersFor, type CsvBuffers, widestBuffers } from './pieces.ts';

/** Where a source may put files of its own, and when it is to stop. `bytesMax` limits how much of each file is looked at. */
export type SourceWork = {
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly bytesMax?: number;
};

/** A CSV source as it was found, with its dialect. */
export type CsvSource = TextSource & { readonly dialect: CsvDialect & { readonly encoding: string } };

/** Opens CSV or TSV files: finds their dialect and columns. Throws `FailureError`. */
export async function openCsv(scan: FilesScan, work: SourceWork): Promise<CsvSource> {
  const files = [];
  let encoding = 'utf-8';
  for (const [index, file] of scan.files.entries()) {
    const original = await inspectText(file, scan.csv?.encoding);
    if (index === 0) encoding = original.encoding;
    const target = { directory: work.directory, name: `source-${index}`, bytesMax: work.bytesMax };
    files.push({ path: originOf(file), read: await inUtf8(original, target, work.signal) });
  }
  const layout =
    scan.columns === undefined ? await layOutCsv(scan, files) : await layOutKnownCsv(scan, files);
  const source = new Source(scan, layout, work);
  return {
    files: layout.files.map((file) => file.read),
    paths: layout.files.map((file) => file.path),
    columns: source.columns,
    isTyped: true,
    isInPieces: source.isInPieces,
    ...(scan.columns === undefined || scan.isLinewise ? {} : { mustBeCleaned: true }),
    remarks: layout.remarks,
    sample: source.sample(),
    rows: (types, withFile) => source.rows(types, withFile),
    clean: once(() => source.clean()),
    dialect: { ...layout.dialect, encoding },
  };
}

function knownType({ columns }: FilesScan, index: number): { readonly fixed?: TextType } {
  const type = columns?.[index]?.type;
  return type === undefined ? {} : { fixed: { native: type.native, isKnown: true } };
}

/** Files that one call of the reader takes: alike in columns and compression. */
type Group = { readonly files: readonly CsvFile[]; readonly columns: readonly number[] };

/** For a sample, little is read ahead. */
const sampleBuffers: CsvBuffers = { bufferBytes: 8 * MiB, lineBytesMax: 8 * MiB, isInPieces: false };

type ReaderOptions = {
  readonly compression: string;
  readonly header: boolean;
  readonly buffers: CsvBuffers;
  readonly reading: 'sniffed' | 'by-line' | 'by-record';
};

/**
 * How records are found. Sniffed: DuckDB takes the line ends of the first record, even those within quotes, and starts its
 * threads where a line looks like a record, even within a quoted text. By line: records end with a line feed for certain,
 * and hold none. By record: one after the other.
 */
const readings = {
  sniffed: '',
  'by-line': String.raw`, new_line = '\n'`,
  'by-record': String.raw`, new_line = '\n', parallel = false`,
} as const;

/** A file after its records were found, in pieces. */
type CleanFile = { readonly file: CsvFile; readonly index: number; readonly paths: readonly string[] };

class Source {
  readonly columns: readonly RawColumn[];
  readonly #scan: FilesScan;
  readonly #layout: CsvLayout;
  readonly #work: SourceWork;
  readonly #hiveKeys: readonly string[];
  readonly #buffers: CsvBuffers;
  readonly #reading: ReaderOptions['reading'];

  constructor(scan: FilesScan, layout: CsvLayout, work: SourceWork) {
    this.#scan = scan;
    this.#layout = layout;
    this.#work = work;
    this.#reading = scan.columns === undefined ? 'sniffed' : 'by-line';
    this.#buffers = buffersFor(layout.files);
    const own = new Set(layout.names.map((name) => name.toLowerCase()));
    this.#hiveKeys = scan.hiveKeys.filter((key) => !own.has(key.toLowerCase()));
    const hive = hiveColumns(
      this.#hiveKeys,
      layout.files.map((file) => file.path),
    );
    this.columns = [
      ...layout.names.map((name, index) => ({ name, raw: `c${index}`, ...knownType(scan, index) })),
      ...hive.map(({ name, raw, fixed }) => ({ name, raw, ...(fixed === undefined ? {} : { fixed }) })),
    ];
  }

  /** Rows of several readers come one after the other, and not in pieces. */
  get isInPieces(): boolean {
    return this.#buffers.isInPieces && this.#groups().length === 1;
  }

  sample(): string {
    const groups = this.#groups();
    const rows = Math.ceil(sampleRowsOf(this.columns.length) / groups.length);
    return groups
      .map((group) => `(${this.#groupSql(group, new Map(), { buffers: sampleBuffers })} limit ${rows})`)
      .join(' union all ');
  }

  rows(types: ReadonlyMap<string, string>, withFile = false): string {
    return this.#groups()
      .map((group) => this.#groupSql(group, types, { withFile }))
      .join(' union all ');
  }

  async clean(): Promise<CleanText> {
    const rejections = createRejections();
    const cleaned: CleanFile[] = [];
    for (const [index, file] of this.#layout.files.entries()) {
      cleaned.push({ file, index, paths: await this.#cleanFile(file, { index, rejections }) });
    }
    const rows = (types: ReadonlyMap<string, string>): string =>
      cleaned.map((each) => this.#cleanSql(each, types)).join(' union all ');
    const { columns } = this;
    const sample = `${rows(new Map())} limit ${sampleRowsOf(columns.length)}`;
    return { columns, isTyped: true, sample, rows, rejected: rejections.rows };
  }

  /** Writes the records of a file into files of our own; returns their paths. */
  async #cleanFile(
    file: CsvFile,
    { index, rejections }: { index: number; rejections: Rejections },
  ): Promise<readonly string[]> {
    await using pieces = new CleanPieces(join(this.#work.directory, `clean-${index}`));
    const rules = {
      delimiter: this.#layout.dialect.delimiter.charCodeAt(0),
      newline: file.newline,
      fields: file.columns.length,
      header: this.#layout.dialect.header,
    };
    const cleaner = new CsvCleaner(rules, {
      write: (bytes) => pieces.take(bytes),
      reject: ({ row, reason, start }) =>
        rejections.add({ file: file.path, row, reason, text: textStart(start.toString('utf8')) }),
    });
    await feedText(file.read, { ...this.#work, cleaner, drain: () => pieces.write() });
    return await pieces.end();
  }

  #groups(): Group[] {
    const groups = new Map<string, CsvFile[]>();
    for (const file of this.#layout.files) {
      const key = `${file.read.compression} ${file.columns.join(' ')}`;
      groups.set(key, [...(groups.get(key) ?? []), file]);
    }
    return [...groups.values()].map((files) => ({ files, columns: files[0]?.columns ?? [] }));
  }

  #groupSql(
    group: Group,
    types: ReadonlyMap<string, string>,
    { withFile = false, buffers = this.#buffers }: { withFile?: boolean; buffers?: CsvBuffers },
  ): string {
    const paths = group.files.map((file) => file.read.path);
    const hive = hiveColumns(
      this.#hiveKeys,
      group.files.map((file) => file.path),
      paths,
    );
    const fields = group.columns.map((at, index) => [`f${index}`, types.get(`c${at}`) ?? 'VARCHAR'] as const);
    const selected = [
      ...this.#layout.names.map((_, at) => {
        const field = group.columns.indexOf(at);
        return field < 0 ? `null::${types.get(`c${at}`) ?? 'VARCHAR'} as c${at}` : `f${field} as c${at}`;
      }),
      ...hive.map((column) => `${column.sql} as ${column.raw}`),
      ...(withFile ? [fileIndexSql(this.#layout.files.map((file) => file.read.path))] : []),
    ];
    const options = {
      compression: group.files[0]?.read.compression ?? 'none',
      header: this.#layout.dialect.header,
      buffers,
      reading: this.#reading,
    };
    const filename = withFile || hive.some((column) => column.needsFilename) ? ', filename = true' : '';
    return `select ${selected.join(', ')} from read_csv(${literalList(paths)}, ${this.#options(options)},
      columns = ${literalStruct(fields)}${filename})`;
  }

  #cleanSql({ file, index, paths }: CleanFile, types: ReadonlyMap<string, string>): string {
    const hive = hiveColumns(this.#hiveKeys, [file.path]);
    const fields = file.columns.map((at, index) => [`f${index}`, types.get(`c${at}`) ?? 'VARCHAR'] as const);
    const selected = [
      ...this.#layout.names.map((_, at) => {
        const field = file.columns.indexOf(at);
        return field < 0 ? `null::${types.get(`c${at}`) ?? 'VARCHAR'} as c${at}` : `f${field} as c${at}`;
      }),
      ...hive.map((column) => `${column.sql} as ${column.raw}`),
    ];
    const delimiter = literal(this.#layout.dialect.delimiter);
    const text = `left(concat_ws(${delimiter}, ${fields.map(([name]) => `coalesce(${name}::VARCHAR, '')`).join(', ')}), ${limits.rejectedTextCharactersMax})`;
    const options = {
      compression: 'none',
      header: false,
      buffers: widestBuffers,
      reading: 'by-record' as const,
    };
    return `select ${selected.join(', ')}, r, ${index} as f, ${text} as t
      from read_csv(${literalList(paths)}, ${this.#options(options)},
      columns = ${literalStruct([['r', 'BIGINT'], ...fields])})`;
  }

  #options({ compression, header, buffers, reading }: ReaderOptions): string {
    const nulls = new Set(['', ...(this.#scan.csv?.nullValues ?? [])]);
    return `auto_detect = false, delim = ${literal(this.#layout.dialect.delimiter)}, quote = '"', escape = '"',
      header = ${header}, nullstr = ${literalList([...nulls])}, allow_quoted_nulls = false, hive_partitioning = false,
      compression = '${compression}', max_line_size = ${buffers.lineBytesMax},
      buffer_size = ${buffers.bufferBytes}${readings[reading]}`;
  }
}

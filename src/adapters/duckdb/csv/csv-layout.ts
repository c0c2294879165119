import { basename } from 'node:path';
import { FailureError, failure } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import { formatBytes, KiB, MiB } from '../../../base/units.ts';
import { uniqueNames } from '../../../core/datasets/column-names.ts';
import type { FilesScan } from '../../../core/datasets/source.ts';
import { readHead, type TextFile } from '../files/text-file.ts';
import { newlineOf } from './csv-cleaner.ts';
import { type CsvDialect, type CsvStart, detectDialect } from './dialect.ts';
import { splitRecords } from './records.ts';

/** How a set of CSV files is laid out: one dialect, and each file's columns by name. */
export type CsvLayout = {
  readonly dialect: CsvDialect;
  readonly names: readonly string[];
  readonly files: readonly CsvFile[];
  readonly remarks: readonly string[];
};

export type CsvFile = {
  /** The file that is read: the original, or its copy in UTF-8. */
  readonly read: TextFile;
  /** The file that people know. */
  readonly path: string;
  /** For each of its fields the index of the column. */
  readonly columns: readonly number[];
  readonly newline: number;
  /** The average length of a line at its start. */
  readonly lineBytes: number;
};

const headBytes = 64 * KiB;
/** A first line longer than this is no header. */
const headBytesMax = 8 * MiB;

/** Looks at the start of each file. Empty files are passed over; without any other, the source is `SOURCE_EMPTY`. */
export async function layOutCsv(
  scan: FilesScan,
  files: readonly { readonly read: TextFile; readonly path: string }[],
): Promise<CsvLayout> {
  let dialect: CsvDialect | undefined;
  const names: string[] = [];
  const places = new Map<string, number>();
  const remarks = new Set<string>();
  const laidOut: CsvFile[] = [];
  for (const file of files) {
    const head = await headOf(file);
    if (head.trim() === '') {
      remarks.add(`${basename(file.path)} is empty`);
      continue;
    }
    const start = startOf(scan, head, dialect);
    refuse(file.path, start, scan);
    dialect ??= { delimiter: start.delimiter, header: start.header };
    const header = dialect.header ? start.first : start.first.map((_, index) => `column_${index + 1}`);
    const unique = uniqueNames(header);
    for (const remark of unique.remarks) remarks.add(remark);
    const columns = unique.names.map((name) => place(name, { names, places }));
    laidOut.push({ ...file, columns, newline: newlineOf(head), lineBytes: lineBytesOf(head) });
  }
  if (dialect === undefined) throw emptyFailure(files.map((file) => file.path));
  if (names.length > limits.columnsMax) throw tooManyColumns(names.length);
  return { dialect, names, files: laidOut, remarks: [...remarks] };
}

/** The index of a column by name, ignoring case as DuckDB does; a new name becomes the last column. */
function place(name: string, known: { names: string[]; places: Map<string, number> }): number {
  const key = name.toLowerCase();
  const found = known.places.get(key);
  if (found !== undefined) return found;
  known.places.set(key, known.names.length);
  return known.names.push(name) - 1;
}

async function headOf(file: { readonly read: TextFile; readonly path: string }): Promise<string> {
  for (let bytes = headBytes; ; bytes *= 4) {
    const { text, isWhole } = await readHead(file.read, bytes);
    if (isWhole) return text;
    const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
    if (end > 0) return text.slice(0, end + 1);
    if (bytes >= headBytesMax) {
      throw new FailureError(
        failure(
          'SOURCE_LIMIT',
          `the first line of ${basename(file.path)} is longer than ${formatBytes(bytes)}`,
          {
            where: file.path,
            hint: 'this is not a CSV file with a header; say its format with "format"',
          },
        ),
      );
    }
  }
}

/** The average length of the lines of a text. */
export function lineBytesOf(head: string): number {
  return Buffer.byteLength(head) / head.split(/\r\n|\r|\n/).length;
}

function startOf(scan: FilesScan, head: string, dialect: CsvDialect | undefined): CsvStart {
  if (dialect !== undefined) return { ...dialect, first: splitRecords(head, dialect.delimiter, 1)[0] ?? [] };
  const delimiter = scan.csv?.delimiter ?? (scan.format === 'tsv' ? '\t' : undefined);
  return detectDialect(head, { delimiter, header: scan.csv?.header });
}

function refuse(path: string, start: CsvStart, scan: FilesScan): void {
  const name = basename(path);
  if (!/^[^\P{ASCII}"\r\n]$/u.test(start.delimiter)) {
    throw new FailureError(
      failure(
        'SOURCE_UNREADABLE',
        `the delimiter ${JSON.stringify(start.delimiter)} is not one ASCII character`,
      ),
    );
  }
  if (start.better !== undefined) {
    const [given, better] = [start.delimiter, start.better].map((text) => JSON.stringify(text));
    throw new FailureError(
      failure('SOURCE_UNREADABLE', `${name} has no ${given} between its fields`, {
        where: path,
        hint:
          scan.csv?.delimiter === undefined
            ? `its fields look separated by ${better}; set csv.delimiter`
            : `its fields look separated by ${better}; correct or leave out csv.delimiter`,
      }),
    );
  }
  const first = start.first.join('');
  if (!first.includes('\ufffd') && !first.includes('\0')) return;
  throw new FailureError(
    failure('SOURCE_UNREADABLE', `the first line of ${name} is not valid UTF-8 text`, {
      where: path,
      hint: 'set csv.encoding to "latin-1" or "utf-16", or the format when this is no CSV file',
    }),
  );
}

/** The failure of files without a single byte of data. */
export function emptyFailure(paths: readonly string[]): FailureError {
  const first = basename(paths[0] ?? '');
  const message =
    paths.length === 1 ? `${first} is empty` : `all ${paths.length} files are empty, such as ${first}`;
  return new FailureError(
    failure('SOURCE_EMPTY', `${message}: there are neither columns nor rows`, {
      where: paths[0],
      hint: 'an empty table should have at least a header',
    }),
  );
}

/** The failure of a source with more columns than are measured. */
export function tooManyColumns(columns: number): FailureError {
  return new FailureError(
    failure('SOURCE_LIMIT', `the source has ${columns} columns, more than the ${limits.columnsMax} allowed`),
  );
}

import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FailureError, failure } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import { MiB } from '../../../base/units.ts';
import type { FilesScan } from '../../../core/datasets/source.ts';
import type { RawColumn } from '../columns/infer-types.ts';
import { emptyFailure, tooManyColumns } from '../csv/csv-layout.ts';
import type { SourceWork } from '../csv/csv-source.ts';
import { isOutOfMemory, isRowFault, readFault } from '../duckdb-fault.ts';
import { feedText } from '../files/feed-text.ts';
import { originOf } from '../files/file-origin.ts';
import { inspectText, readHead, type TextFile } from '../files/text-file.ts';
import { inUtf8 } from '../files/utf8-copy.ts';
import { hiveColumns } from '../ingest/hive-columns.ts';
import { createRejections, type Rejections } from '../ingest/rejections.ts';
import { type CleanText, fileIndexSql, once, sampleRowsOf, type TextSource } from '../ingest/text-source.ts';
import { identifier, literal, literalList, literalStruct } from '../sql.ts';
import type { Session } from '../worker/session.ts';
import { fieldMark, JsonCleaner } from './json-cleaner.ts';

type JsonFile = { readonly read: TextFile; readonly path: string };

/** `lines`: one object a line. `array`: one array of objects. `objects`: objects one after the other, over several lines. */
type JsonShape = 'lines' | 'array' | 'objects';

const readerFormats = { lines: 'newline_delimited', array: 'array', objects: 'unstructured' } as const;

const objectBytesMax = 16 * MiB;

/** Opens JSON files: finds their shape and keys. Throws `FailureError`. */
export async function openJson(session: Session, scan: FilesScan, work: SourceWork): Promise<TextSource> {
  const files: JsonFile[] = [];
  let shape: JsonShape | undefined = scan.format === 'ndjson' ? 'lines' : undefined;
  for (const [index, file] of scan.files.entries()) {
    const original = await inspectText(file, scan.csv?.encoding);
    const target = { directory: work.directory, name: `source-${index}`, bytesMax: work.bytesMax };
    const read = await inUtf8(original, target, work.signal);
    const head = (await readHead(read, 4_096)).text.trimStart();
    if (head === '' || /^\[\s*\]\s*$/.test(head)) continue;
    shape ??= head.startsWith('[') ? 'array' : 'objects';
    files.push({ path: originOf(file), read });
  }
  if (shape === undefined || files.length === 0) throw emptyFailure(scan.files.map((file) => file.path));
  const opened = new Opened(session, { files, shape, hiveKeys: scan.hiveKeys }, work);
  const columns = await opened.findColumns();
  return {
    files: files.map((file) => file.read),
    paths: files.map((file) => file.path),
    columns,
    isTyped: false,
    remarks: [],
    sample: `${opened.rowsSql(columns)} limit ${sampleRowsOf(columns.length)}`,
    rows: (_, withFile) => opened.rowsSql(columns, withFile),
    clean: once(() => opened.clean()),
  };
}

class Opened {
  readonly #session: Session;
  readonly #files: readonly JsonFile[];
  readonly #shape: JsonShape;
  readonly #hiveKeys: readonly string[];
  readonly #work: SourceWork;

  constructor(
    session: Session,
    source: { files: readonly JsonFile[]; shape: JsonShape; hiveKeys: readonly string[] },
    work: SourceWork,
  ) {
    this.#session = session;
    this.#files = source.files;
    this.#shape = source.shape;
    this.#hiveKeys = source.hiveKeys;
    this.#work = work;
  }

  /** The columns by the rows that are looked at; none when a row among them is broken, so that the files are cleaned. */
  async findColumns(): Promise<RawColumn[]> {
    // A key that shows late is a column all the same; only for a first look some rows must do.
    const sample = this.#work.bytesMax === undefined ? -1 : sampleRowsOf(1);
    try {
      const described = await this.#session.rows(
        `describe select * from read_json(${literalList(this.#paths())}, ${this.#options()}, records = true,
         union_by_name = true, sample_size = ${sample}, maximum_sample_files = ${this.#files.length})`,
      );
      const columns = described.map((row, index) => ({
        name: String(row['column_name']),
        raw: `c${index}`,
        ...(isNested(String(row['column_type'])) ? { fixed: { native: 'JSON' } } : {}),
      }));
      if (columns.length > limits.columnsMax) throw tooManyColumns(columns.length);
      // Keys that differ by case alone get other names in DuckDB, under which they could not be read.
      return columns.some(({ name }) => /_\d+$/.test(name)) ? [] : this.#withHive(columns);
    } catch (thrown) {
      if (thrown instanceof FailureError || (thrown instanceof Error && isOutOfMemory(thrown.message)))
        throw thrown;
      if (this.#shape === 'lines' || isRowFault(thrown)) return [];
      throw new FailureError(readFault(thrown, this.#paths()));
    }
  }

  rowsSql(columns: readonly RawColumn[], withFile = false): string {
    const paths = this.#paths();
    const hive = hiveColumns(
      this.#hiveKeys,
      this.#files.map((file) => file.path),
      paths,
    );
    const own = columns.filter((column) => column.raw.startsWith('c'));
    const selected = [
      ...own.map((column) => `${identifier(column.name)} as ${column.raw}`),
      ...hive
        .filter(({ raw }) => columns.some((column) => column.raw === raw))
        .map(({ sql, raw }) => `${sql} as ${raw}`),
      ...(withFile ? [fileIndexSql(paths)] : []),
    ];
    const filename = withFile || hive.some((column) => column.needsFilename) ? ', filename = true' : '';
    const fields = own.map(({ name }) => [name, 'VARCHAR'] as const);
    return `select ${selected.join(', ')} from read_json(${literalList(paths)}, ${this.#options()},
      columns = ${literalStruct(fields)}${filename})`;
  }

  async clean(): Promise<CleanText> {
    const rejections = createRejections();
    const cleaned: { path: string; index: number }[] = [];
    const keys = new Map<string, { nested: boolean }>();
    for (const [index, file] of this.#files.entries()) {
      const path = join(this.#work.directory, `clean-${index}.ndjson`);
      const found = await this.#cleanFile(file, { index, path, rejections });
      for (const [key, { nested }] of found) {
        keys.set(key, { nested: nested || keys.get(key)?.nested === true });
      }
      cleaned.push({ path, index });
    }
    if (keys.size > limits.columnsMax) throw tooManyColumns(keys.size);
    const columns = this.#withHive(
      caseSafe([...keys.keys()]).map(({ name, key }, index) => ({
        name,
        key,
        raw: `c${index}`,
        ...(keys.get(key)?.nested === true ? { fixed: { native: 'JSON' } } : {}),
      })),
    );
    const pointers = [...keys.keys()].map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    const rows = cleaned.map((each) => this.#cleanSql(each, { columns, pointers })).join(' union all ');
    const sample = `${rows} limit ${sampleRowsOf(columns.length)}`;
    return { columns, isTyped: false, sample, rows: () => rows, rejected: rejections.rows };
  }

  async #cleanFile(
    file: JsonFile,
    target: { index: number; path: string; rejections: Rejections },
  ): Promise<JsonCleaner['keys']> {
    const lines = this.#shape === 'lines' ? file.read : await this.#asLines(file, target.index);
    await using handle = await open(target.path, 'wx');
    let written: string[] = [];
    const cleaner = new JsonCleaner({
      write: (text) => written.push(text),
      reject: (row) => target.rejections.add({ file: file.path, ...row }),
    });
    const drain = async (): Promise<void> => {
      await handle.writeFile(written.join(''));
      written = [];
    };
    await feedText(lines, { ...this.#work, cleaner, drain });
    return cleaner.keys;
  }

  /** One object a line. What is broken in an array can not be told from what is not: such a file is not read at all. */
  async #asLines(file: JsonFile, index: number): Promise<TextFile> {
    const path = join(this.#work.directory, `lines-${index}.ndjson`);
    const objects = `read_json_objects(${literal(file.read.path)}, ${this.#options()})`;
    try {
      await this.#session.run(
        `copy (select json(json)::VARCHAR as j from ${objects}) to ${literal(path)}
         (format csv, header false, delimiter '${fieldMark}', quote '', escape '')`,
      );
    } catch (thrown) {
      throw new FailureError({ ...readFault(thrown, [file.read.path]), where: file.path });
    }
    return { path, sizeBytes: 0, compression: 'none', encoding: 'utf-8' };
  }

  #cleanSql(
    file: { path: string; index: number },
    wanted: { columns: readonly RawColumn[]; pointers: readonly string[] },
  ): string {
    const hive = hiveColumns(this.#hiveKeys, [this.#files[file.index]?.path ?? '']);
    const selected = wanted.columns.map(({ raw }) => {
      const fromPath = hive.find((column) => column.raw === raw);
      return fromPath === undefined
        ? `x[${Number(raw.slice(1)) + 1}] as ${raw}`
        : `${fromPath.sql} as ${raw}`;
    });
    return `select ${selected.join(', ')}, r, ${file.index} as f, left(j, ${limits.rejectedTextCharactersMax}) as t
      from (select r, j, json_extract_string(j, ${literalList(wanted.pointers)}) as x
      from read_csv(${literal(file.path)}, auto_detect = false, header = false, delim = '${fieldMark}', quote = '', escape = '',
      columns = {'r': 'BIGINT', 'j': 'VARCHAR'}, max_line_size = ${limits.rowBytesMax}, buffer_size = ${limits.rowBytesMax}))`;
  }

  #withHive(columns: readonly RawColumn[]): RawColumn[] {
    const own = new Set(columns.map(({ name }) => name.toLowerCase()));
    const hive = hiveColumns(
      this.#hiveKeys,
      this.#files.map((file) => file.path),
    );
    const added = hive.filter(({ name }) => !own.has(name.toLowerCase()));
    return [
      ...columns,
      ...added.map(({ name, raw, fixed }) => ({ name, raw, ...(fixed === undefined ? {} : { fixed }) })),
    ];
  }

  #paths(): string[] {
    return this.#files.map((file) => file.read.path);
  }

  #options(): string {
    const packings = new Set(this.#files.map((file) => file.read.compression));
    const [compression] = packings;
    if (packings.size > 1) {
      const names = this.#files.slice(0, 2).map((file) => basename(file.path));
      throw new FailureError(
        failure('SOURCE_UNREADABLE', `files such as ${names.join(' and ')} are compressed in different ways`),
      );
    }
    return `format = '${readerFormats[this.#shape]}', compression = '${compression === undefined || compression === 'none' ? 'uncompressed' : compression}',
      maximum_object_size = ${objectBytesMax}, hive_partitioning = false`;
  }
}

/** Names for keys that differ by case alone, which columns can not. */
function caseSafe(keys: readonly string[]): { name: string; key: string }[] {
  const taken = new Set<string>();
  return keys.map((key) => {
    let name = key === '' ? 'column' : key;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${key}_${number}`;
    taken.add(name.toLowerCase());
    return { name, key };
  });
}

function isNested(native: string): boolean {
  return native.startsWith('STRUCT') || native.startsWith('MAP') || native.endsWith('[]');
}

import type { FileHandle } from 'node:fs/promises';
import { readThriftStruct, type ThriftStruct, type ThriftValue, writeThriftStruct } from './thrift.ts';

/** The footer of a Parquet file: what it says of its row groups. Field numbers are those of `parquet.thrift`. */
export type ParquetFooter = { readonly metadata: ThriftStruct; readonly groups: readonly RowGroup[] };

export type RowGroup = {
  readonly rowCount: number;
  /** Where its bytes lie in the file, the end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly fields: ThriftStruct;
};

const file = { rowCount: 3, groups: 4 };
const group = { columns: 1, rowCount: 3, fileOffset: 5, ordinal: 7 };
const chunk = { fileOffset: 2, metadata: 3 };
/** The places of page indexes, which are not kept when a file is split. */
const chunkIndexes = [4, 5, 6, 7];
const column = { compressedSize: 7, dataPage: 9, indexPage: 10, dictionaryPage: 11 };
const columnBloomFilter = [14, 15];

const magic = Buffer.from('PAR1');
const tailBytes = 8;
const footerBytesMax = 512 * 1024 * 1024;

/** Reads the footer of an open Parquet file that DuckDB wrote; throws `RangeError` when it is none. */
export async function readFooter(handle: FileHandle): Promise<ParquetFooter> {
  const { size } = await handle.stat();
  const tail = await readAt(handle, { position: size - tailBytes, length: tailBytes });
  const length = tail.readUInt32LE(0);
  if (!tail.subarray(4).equals(magic) || length > Math.min(size - tailBytes, footerBytesMax)) {
    throw new RangeError('not a Parquet file');
  }
  const bytes = await readAt(handle, { position: size - tailBytes - length, length });
  const metadata = readThriftStruct(bytes);
  return { metadata, groups: list(metadata, file.groups).map((each) => rowGroup(struct(each))) };
}

/** The bytes after the row groups of a file that holds `groups` alone, the first of them at `start`. */
export function footerBytes(footer: ParquetFooter, groups: readonly RowGroup[], start: number): Buffer {
  const by = start - (groups[0]?.start ?? start);
  const moved = groups.map(
    (each, ordinal) => ({ type: 'struct', value: movedGroup(each, { by, ordinal }) }) as const,
  );
  const rowCount = groups.reduce((sum, each) => sum + each.rowCount, 0);
  const metadata: ThriftStruct = new Map(footer.metadata);
  metadata.set(file.rowCount, { type: 'i64', value: BigInt(rowCount) });
  metadata.set(file.groups, { type: 'list', element: 12, value: moved });
  const body = writeThriftStruct(metadata);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([body, length, magic]);
}

function rowGroup(fields: ThriftStruct): RowGroup {
  const extents = list(fields, group.columns).map((each) => {
    const metadata = struct(struct(each).get(chunk.metadata));
    const starts = [column.dictionaryPage, column.indexPage, column.dataPage].flatMap((id) => {
      const offset = metadata.get(id);
      return offset === undefined ? [] : [integer(offset)];
    });
    const start = Math.min(...starts);
    return { start, end: start + integer(metadata.get(column.compressedSize)) };
  });
  return {
    rowCount: integer(fields.get(group.rowCount)),
    start: extents.reduce((least, each) => Math.min(least, each.start), Number.POSITIVE_INFINITY),
    end: extents.reduce((most, each) => Math.max(most, each.end), 0),
    fields,
  };
}

function movedGroup(source: RowGroup, { by, ordinal }: { by: number; ordinal: number }): ThriftStruct {
  const fields: ThriftStruct = new Map(source.fields);
  const columns = list(fields, group.columns).map((each) => {
    const moved: ThriftStruct = new Map(struct(each));
    for (const id of chunkIndexes) moved.delete(id);
    shift(moved, [chunk.fileOffset], by);
    const metadata: ThriftStruct = new Map(struct(moved.get(chunk.metadata)));
    for (const id of columnBloomFilter) metadata.delete(id);
    shift(metadata, [column.dataPage, column.indexPage, column.dictionaryPage], by);
    moved.set(chunk.metadata, { type: 'struct', value: metadata });
    return { type: 'struct', value: moved } as const;
  });
  fields.set(group.columns, { type: 'list', element: 12, value: columns });
  shift(fields, [group.fileOffset], by);
  if (fields.has(group.ordinal)) fields.set(group.ordinal, { type: 'i16', value: BigInt(ordinal) });
  return fields;
}

/** Zero is no place in a Parquet file but the absence of one, and stays. */
function shift(fields: ThriftStruct, ids: readonly number[], by: number): void {
  for (const id of ids) {
    const value = fields.get(id);
    if (value?.type === 'i64' && value.value !== 0n) {
      fields.set(id, { type: 'i64', value: value.value + BigInt(by) });
    }
  }
}

function list(fields: ThriftStruct, id: number): readonly ThriftValue[] {
  const value = fields.get(id);
  if (value?.type !== 'list') throw new RangeError(`field ${id} of a Parquet footer is not a list`);
  return value.value;
}

function struct(value: ThriftValue | undefined): ThriftStruct {
  if (value?.type !== 'struct') throw new RangeError('a field of a Parquet footer is not a struct');
  return value.value;
}

function integer(value: ThriftValue | undefined): number {
  if (value?.type !== 'i64' && value?.type !== 'i32') {
    throw new RangeError('a field of a Parquet footer is not an integer');
  }
  return Number(value.value);
}

/** Reads exactly `length` bytes. */
async function readAt(
  handle: FileHandle,
  { position, length }: { position: number; length: number },
): Promise<Buffer> {
  return readInto(handle, Buffer.allocUnsafe(length), position);
}

/** Fills a buffer with the bytes from `position` on, and returns it; throws `RangeError` when the file ends before. */
export async function readInto(handle: FileHandle, buffer: Buffer, position: number): Promise<Buffer> {
  if (position < 0) throw new RangeError('a file is too short');
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) throw new RangeError('a file ends early');
    filled += bytesRead;
  }
  return buffer;
}

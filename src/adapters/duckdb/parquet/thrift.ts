/**
 * Thrift's compact protocol, as much as Parquet footers use: reads a struct into a tree and writes the tree back.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type ThriftStruct = Map<number, ThriftValue>;

export type ThriftValue =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'byte'; readonly value: number }
  | { readonly type: 'i16' | 'i32' | 'i64'; readonly value: bigint }
  /** Eight bytes as they are. */
  | { readonly type: 'double' | 'binary'; readonly value: Buffer }
  | { readonly type: 'list'; readonly element: number; readonly value: readonly ThriftValue[] }
  | { readonly type: 'struct'; readonly value: ThriftStruct };

/** Reads one struct from the start of `bytes`; throws `RangeError` when they are none. */
export function readThriftStruct(bytes: Buffer): ThriftStruct {
  return readStruct({ bytes, at: 0, depth: 0 });
}

/** The bytes of a struct. */
export function writeThriftStruct(struct: ThriftStruct): Buffer {
  const sink: Buffer[] = [];
  writeStruct(struct, sink);
  return Buffer.concat(sink);
}

type Cursor = { readonly bytes: Buffer; at: number; depth: number };

const codes = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
};
const depthMax = 32;

function readStruct(cursor: Cursor): ThriftStruct {
  cursor.depth += 1;
  if (cursor.depth > depthMax) throw new RangeError('a Thrift struct nests too deeply');
  const fields: ThriftStruct = new Map();
  let id = 0;
  for (;;) {
    const head = readByte(cursor);
    if (head === 0) break;
    const delta = head >> 4;
    id = delta === 0 ? Number(readZigzag(cursor)) : id + delta;
    fields.set(id, readValue(cursor, head & 0x0f));
  }
  cursor.depth -= 1;
  return fields;
}

function readValue(cursor: Cursor, code: number): ThriftValue {
  switch (code) {
    case codes.true:
      return { type: 'boolean', value: true };
    case codes.false:
      return { type: 'boolean', value: false };
    case codes.byte:
      return { type: 'byte', value: readByte(cursor) };
    case codes.i16:
      return { type: 'i16', value: readZigzag(cursor) };
    case codes.i32:
      return { type: 'i32', value: readZigzag(cursor) };
    case codes.i64:
      return { type: 'i64', value: readZigzag(cursor) };
    case codes.double:
      return { type: 'double', value: readBytes(cursor, 8) };
    case codes.binary:
      return { type: 'binary', value: readBytes(cursor, Number(readVarint(cursor))) };
    case codes.list:
      return readList(cursor);
    case codes.struct:
      return { type: 'struct', value: readStruct(cursor) };
    default:
      throw new RangeError(`the Thrift type ${code} is not one that Parquet uses`);
  }
}

function readList(cursor: Cursor): ThriftValue {
  const head = readByte(cursor);
  const element = head & 0x0f;
  const size = head >> 4 === 15 ? Number(readVarint(cursor)) : head >> 4;
  if (size > cursor.bytes.length) throw new RangeError('a Thrift list is longer than its bytes');
  const value: ThriftValue[] = [];
  for (let index = 0; index < size; index++) {
    // Booleans in lists are whole bytes, unlike those in fields.
    const isBoolean = element === codes.true || element === codes.false;
    value.push(isBoolean ? { type: 'boolean', value: readByte(cursor) === 1 } : readValue(cursor, element));
  }
  return { type: 'list', element, value };
}

function readByte(cursor: Cursor): number {
  return cursor.bytes.readUInt8(cursor.at++);
}

function readBytes(cursor: Cursor, length: number): Buffer {
  const end = cursor.at + length;
  if (end > cursor.bytes.length) throw new RangeError('Thrift bytes end early');
  const value = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return value;
}

function readVarint(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = readByte(cursor);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a Thrift number is too long');
}

function readZigzag(cursor: Cursor): bigint {
  const value = readVarint(cursor);
  return (value >> 1n) ^ -(value & 1n);
}

function writeStruct(struct: ThriftStruct, sink: Buffer[]): void {
  let last = 0;
  for (const [id, value] of [...struct].toSorted(([a], [b]) => a - b)) {
    const code = codeOf(value);
    const delta = id - last;
    if (delta > 0 && delta <= 15) sink.push(Buffer.of((delta << 4) | code));
    else sink.push(Buffer.of(code), zigzag(BigInt(id)));
    if (value.type !== 'boolean') writeValue(value, sink);
    last = id;
  }
  sink.push(Buffer.of(0));
}

function writeValue(value: ThriftValue, sink: Buffer[]): void {
  switch (value.type) {
    case 'boolean':
      sink.push(Buffer.of(value.value ? 1 : 2));
      return;
    case 'byte':
      sink.push(Buffer.of(value.value));
      return;
    case 'i16':
    case 'i32':
    case 'i64':
      sink.push(zigzag(value.value));
      return;
    case 'double':
      sink.push(value.value);
      return;
    case 'binary':
      sink.push(varint(BigInt(value.value.length)), value.value);
      return;
    case 'list': {
      const size = value.value.length;
      sink.push(Buffer.of((Math.min(size, 15) << 4) | value.element));
      if (size >= 15) sink.push(varint(BigInt(size)));
      for (const element of value.value) writeValue(element, sink);
      return;
    }
    case 'struct':
      writeStruct(value.value, sink);
      return;
  }
}

function codeOf(value: ThriftValue): number {
  return value.type === 'boolean' ? (value.value ? codes.true : codes.false) : codes[value.type];
}

function zigzag(value: bigint): Buffer {
  return varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

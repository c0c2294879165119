import { limits } from '../../base/limits.ts';
import type { ColumnKind, ColumnType } from '../datasets/schema.ts';
import { familyByKey } from './catalogue.ts';
import { ByteReader, readable } from './codec/byte-reader.ts';
import { ByteWriter } from './codec/byte-writer.ts';
import type { ColumnProfile } from './column-profile.ts';

/** Writes columns with their states. */
export function writeColumns(out: ByteWriter, columns: readonly ColumnProfile[]): void {
  out.unsigned(columns.length);
  for (const column of columns) writeColumn(out, column);
}

/** Reads what `writeColumns` wrote; with `wanted`, only the states of these families. */
export function readColumns(input: ByteReader, wanted?: ReadonlySet<string>): ColumnProfile[] {
  return Array.from({ length: columnCount(input) }, () => readColumn(input, wanted));
}

/** A number of columns to follow. */
export function columnCount(input: ByteReader): number {
  const count = input.count(3);
  readable(count <= limits.columnsMax, 'it has too many columns');
  return count;
}

function writeColumn(out: ByteWriter, column: ColumnProfile): void {
  out.text(column.name);
  writeType(out, column.type);
  out.unsigned(column.states.size);
  for (const key of [...column.states.keys()].sort()) {
    const family = familyByKey(key);
    const payload = new ByteWriter();
    family?.encode(column.states.get(key), payload);
    out.text(key);
    out.unsigned(family?.version ?? 0);
    out.unsigned(payload.size);
    out.bytes(payload.finish());
  }
}

function readColumn(input: ByteReader, wanted: ReadonlySet<string> | undefined): ColumnProfile {
  const name = input.text();
  const type = readType(input);
  const states = new Map<string, unknown>();
  for (let left = input.count(3); left > 0; left--) {
    const key = input.text();
    const version = input.unsigned();
    const payload = new ByteReader(input.bytes(input.unsigned()));
    const family = wanted === undefined || wanted.has(key) ? familyByKey(key) : undefined;
    if (family === undefined) continue;
    readable(version <= family.version, `its ${key} are version ${version}, known is ${family.version}`);
    states.set(key, family.decode(version, payload));
    readable(payload.remaining === 0, `its ${key} go on after their end`);
  }
  return { name, type, states };
}

/** Positions are stored: new kinds are added at the end. */
const kinds: readonly ColumnKind[] = [
  'integer',
  'decimal',
  'float',
  'string',
  'boolean',
  'date',
  'timestamp',
  'time',
  'other',
];

/** Writes a column's type. */
export function writeType(out: ByteWriter, type: ColumnType): void {
  out.byte(kinds.indexOf(type.kind));
  out.text(type.native);
}

/** Reads what `writeType` wrote. */
export function readType(input: ByteReader): ColumnType {
  const kind = kinds[input.byte()];
  readable(kind !== undefined, 'a column is of no known kind');
  return { kind, native: input.text() };
}

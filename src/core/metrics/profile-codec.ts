import { type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { ColumnKind, ColumnType, Schema } from '../datasets/schema.ts';
import { familyByKey } from './catalogue.ts';
import { ByteReader, readable, UnreadableError } from './codec/byte-reader.ts';
import { ByteWriter } from './codec/byte-writer.ts';
import { crc32 } from './codec/crc32.ts';
import type { ColumnProfile, Profile } from './profile.ts';

/** `APRF`, the version of the frame, body, CRC-32 of all before it. Each state carries its family's key and version. */
const magic = Uint8Array.of(0x41, 0x50, 0x52, 0x46);
const frameVersion = 1;

/** The compact binary form of a profile. Equal profiles have equal bytes. */
export function encodeProfile(profile: Profile): Uint8Array {
  const out = new ByteWriter();
  out.bytes(magic);
  out.byte(frameVersion);
  out.unsigned(profile.rowCount);
  out.unsigned(profile.schema.length);
  for (const { name, type } of profile.schema) {
    out.text(name);
    writeType(out, type);
  }
  out.unsigned(profile.columns.length);
  for (const column of profile.columns) writeColumn(out, column);
  const checksum = crc32(out.finish());
  for (let byte = 0; byte < 4; byte++) out.byte((checksum >>> (8 * byte)) & 0xff);
  return out.finish();
}

/**
 * The profile of bytes that this or an older version encoded. A newer version's families that this one does not know
 * are left out. Anything else, such as damaged bytes, is `STATE_UNREADABLE`.
 */
export function decodeProfile(bytes: Uint8Array): Outcome<Profile> {
  try {
    return succeed(readProfile(bytes));
  } catch (error) {
    if (error instanceof UnreadableError) return fail(unreadable(error));
    throw error;
  }
}

function unreadable(cause: UnreadableError): Failure {
  return failure('STATE_UNREADABLE', `The stored profile can not be read: ${cause.message}`, {
    hint: 'Measure the partition again. A profile of a newer version needs a node of that version.',
  });
}

function readProfile(bytes: Uint8Array): Profile {
  const whole = new ByteReader(bytes);
  readable(whole.remaining >= magic.length + 5, 'it is too short');
  const body = new ByteReader(whole.bytes(bytes.length - 4));
  const checksum = [...whole.bytes(4)].reduceRight((value, byte) => value * 256 + byte, 0);
  readable(
    body.bytes(magic.length).every((byte, at) => byte === magic[at]),
    'it is no profile',
  );
  const version = body.byte();
  readable(version === frameVersion, `its format is version ${version}, known is ${frameVersion}`);
  readable(crc32(bytes.subarray(0, bytes.length - 4)) === checksum, 'it is damaged');
  const rowCount = body.unsigned();
  const schema: Schema = Array.from({ length: columnCount(body) }, () => ({
    name: body.text(),
    type: readType(body),
  }));
  const columns = Array.from({ length: columnCount(body) }, () => readColumn(body));
  readable(body.remaining === 0, 'it goes on after its end');
  return { schema, rowCount, columns };
}

function columnCount(input: ByteReader): number {
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

function readColumn(input: ByteReader): ColumnProfile {
  const name = input.text();
  const type = readType(input);
  const states = new Map<string, unknown>();
  for (let left = input.count(3); left > 0; left--) {
    const key = input.text();
    const version = input.unsigned();
    const payload = new ByteReader(input.bytes(input.unsigned()));
    const family = familyByKey(key);
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

function writeType(out: ByteWriter, type: ColumnType): void {
  out.byte(kinds.indexOf(type.kind));
  out.text(type.native);
}

function readType(input: ByteReader): ColumnType {
  const kind = kinds[input.byte()];
  readable(kind !== undefined, 'a column is of no known kind');
  return { kind, native: input.text() };
}

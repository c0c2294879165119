import { type Failure, failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { Schema } from '../datasets/schema.ts';
import { ByteReader, readable, UnreadableError } from './codec/byte-reader.ts';
import { ByteWriter } from './codec/byte-writer.ts';
import { crc32 } from './codec/crc32.ts';
import { columnCount, readColumns, readType, writeColumns, writeType } from './column-codec.ts';
import type { Profile } from './profile.ts';
import { readSegmentList, writeSegmentList } from './segments/segments-codec.ts';

/** `APRF`, the version of the frame, body, CRC-32 of all before it. Each state carries its family's key and version. */
const magic = Uint8Array.of(0x41, 0x50, 0x52, 0x46);
const frameVersion = 2;

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
  writeColumns(out, profile.columns);
  writeSegmentList(out, profile.segments);
  const checksum = crc32(out.finish());
  for (let byte = 0; byte < 4; byte++) out.byte((checksum >>> (8 * byte)) & 0xff);
  return out.finish();
}

/**
 * The profile of bytes that this or an older version encoded. A newer version's families that this one does not know
 * are left out. Anything else, such as damaged bytes, is `STATE_UNREADABLE`. With `wanted` only the states of these families are
 * read, which is quicker, and segments only if they are wanted too.
 */
export function decodeProfile(bytes: Uint8Array, wanted?: WantedStates): Outcome<Profile> {
  try {
    return succeed(readProfile(bytes, wanted));
  } catch (error) {
    if (error instanceof UnreadableError) return fail(unreadable(error));
    throw error;
  }
}

/** A part of a profile. */
export type WantedStates = { readonly families: ReadonlySet<string>; readonly hasSegments: boolean };

function unreadable(cause: UnreadableError): Failure {
  return failure('STATE_UNREADABLE', `The stored profile can not be read: ${cause.message}`, {
    hint: 'Measure the partition again. A profile of a newer version needs a node of that version.',
  });
}

function readProfile(bytes: Uint8Array, wanted: WantedStates | undefined): Profile {
  const whole = new ByteReader(bytes);
  readable(whole.remaining >= magic.length + 5, 'it is too short');
  const body = new ByteReader(whole.bytes(bytes.length - 4));
  const checksum = [...whole.bytes(4)].reduceRight((value, byte) => value * 256 + byte, 0);
  readable(
    body.bytes(magic.length).every((byte, at) => byte === magic[at]),
    'it is no profile',
  );
  const version = body.byte();
  readable(
    version >= 1 && version <= frameVersion,
    `its format is version ${version}, known is ${frameVersion}`,
  );
  readable(crc32(bytes.subarray(0, bytes.length - 4)) === checksum, 'it is damaged');
  const rowCount = body.unsigned();
  const schema: Schema = Array.from({ length: columnCount(body) }, () => ({
    name: body.text(),
    type: readType(body),
  }));
  const columns = readColumns(body, wanted?.families);
  if (wanted?.hasSegments === false) return { schema, rowCount, columns, segments: [] };
  // Version 1 knew no segments.
  const segments = version === 1 ? [] : readSegmentList(body, wanted?.families);
  readable(body.remaining === 0, 'it goes on after its end');
  return { schema, rowCount, columns, segments };
}

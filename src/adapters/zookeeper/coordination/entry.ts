import { gunzipSync, gzipSync } from 'node:zlib';
import { type Failure, isErrorCode } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';

/**
 * What an entry looks like on the wire: a JSON object with the number of its format, compressed when it is large. The
 * number changes only where an older reader would go wrong; fields that a reader does not know are carried along.
 */
const format = 1;

/** The bytes of a node are no entry that this release can read. */
export class MalformedEntry extends Error {
  override readonly name = 'MalformedEntry';
}

/** A JSON object as it was read. */
export type Json = Readonly<Record<string, unknown>>;

/** The bytes of an entry with these fields: JSON texts by name. */
export function writeEntry(fields: Readonly<Record<string, string>>): Buffer {
  const members = Object.entries(fields).map(([name, json]) => `,${JSON.stringify(name)}:${json}`);
  const plain = Buffer.from(`{"format":${format}${members.join('')}}`);
  return plain.length <= limits.zooKeeperPlainEntryBytesMax ? plain : gzipSync(plain, { level: 1 });
}

/** The fields of an entry; throws `MalformedEntry`. */
export function readEntry(data: Buffer): Json {
  const value = asObject(parse(data), 'the entry');
  if (value['format'] !== format) throw new MalformedEntry(`its format is not ${format}`);
  return value;
}

function parse(data: Buffer): unknown {
  try {
    const isCompressed = data[0] === 0x1f && data[1] === 0x8b;
    const plain = isCompressed ? gunzipSync(data, { maxOutputLength: limits.zooKeeperEntryBytesMax }) : data;
    return JSON.parse(plain.toString());
  } catch (error) {
    throw new MalformedEntry('it is no JSON', { cause: error });
  }
}

export function asObject(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new MalformedEntry(`${what} is no object`);
}

export function asArray(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new MalformedEntry(`${what} is no list`);
}

export function asText(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new MalformedEntry(`${what} is no text`);
}

export function asNumber(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  throw new MalformedEntry(`${what} is no number`);
}

/** Checks that the named fields of `value` are numbers. */
export function checkNumbers(value: Json, names: readonly string[]): void {
  for (const name of names) asNumber(value[name], name);
}

/** Checks that the named fields of `value` are texts. */
export function checkTexts(value: Json, names: readonly string[]): void {
  for (const name of names) asText(value[name], name);
}

/** A failure. One with a code that this release does not know is still a failure, of the kind that was foreseen nowhere. */
export function asFailure(value: unknown): Failure {
  const failure = asObject(value, 'a failure');
  checkTexts(failure, ['code', 'message']);
  const { code, message } = failure as Failure;
  if (isErrorCode(code)) return failure as Failure;
  return { ...(failure as Failure), code: 'INTERNAL', message: `${String(code)}: ${message}` };
}

import { createHash } from 'node:crypto';
import type { DatasetName, PartitionKey } from '../../base/ids.ts';

/** No dataset's name starts with a dot. */
export const stagingName = '.staging';

/** The place of a batch below the root: `flights/2001-01-31/<attempt>/0.parquet`. Relative, so that the root can move. */
export function batchLocation(batch: {
  readonly dataset: DatasetName;
  readonly partition: PartitionKey;
  readonly attempt: string;
  readonly index: number;
}): string {
  return [batch.dataset, safeName(batch.partition), safeName(batch.attempt), `${batch.index}.parquet`].join(
    '/',
  );
}

/** Whether a text has the form of a location, so that joining it to the root can not lead out of it. */
export function isLocation(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]*(?:\/[A-Za-z0-9%~_=-][A-Za-z0-9%~._=-]*){2}\/\d+\.parquet$/.test(text);
}

const nameLengthMax = 180;
const keptOfLongName = 100;

/**
 * A file name for any text, different for different texts: what is not a plain letter, digit or `._-=` is written as the
 * `%XX` of its bytes, as is a leading dot. A name that would be too long is cut and ends in `~` and a hash.
 */
export function safeName(text: string): string {
  const name = [...Buffer.from(text)].map(escaped).join('').replace(/^\./, '%2E') || '%';
  if (name.length <= nameLengthMax) return name;
  return `${name.slice(0, keptOfLongName)}~${createHash('sha256').update(text).digest('hex')}`;
}

function escaped(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9._=-]/.test(character)
    ? character
    : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

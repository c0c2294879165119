import { type PartitionKey, partitionKey, wholeDataset } from '../../base/ids.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { TimeGrain } from './definition.ts';
import { padDates, padTimeUnit, type TimeSlice, timeSliceOf, unitOf } from './time-slice.ts';

/**
 * The canonical text of partition keys. Keys are compared by code point (`compareKeys`; `COLLATE "C"` in a database),
 * and those that name a time sort in time order.
 */

/** The key of the rows whose partition column is null. */
export const nullPartition = partitionKey('null');

/** The key of the time slice that holds `at` (UTC): `2001`, `2001-01`, `2001-01-31`, `2001-01-31T05`. */
export function timeKey(at: Instant, by: TimeGrain): PartitionKey {
  const iso = new Date(at).toISOString();
  // Years beyond 0–9999 are written with a sign and six digits.
  const yearLength = iso.indexOf('-', 1);
  return partitionKey(iso.slice(0, yearLength + grainLengths[by]));
}

const grainLengths: Readonly<Record<TimeGrain, number>> = { year: 0, month: 3, day: 6, hour: 9 };

/** The key of named values in the order given: `country=DE/kind=a`; null is `country=%null`, unlike the text "null". */
export function columnsKey(values: readonly (readonly [name: string, value: string | null])[]): PartitionKey {
  return partitionKey(values.map(([name, value]) => `${escape(name)}=${escapeValue(value)}`).join('/'));
}

/**
 * The key of Hive path keys, in the order given. When they spell a date, units of time stand in the order of their length
 * and numbers have leading zeros, whatever the path has: `month=1/year=2001` becomes `year=2001/month=01`.
 */
export function pathKey(values: readonly (readonly [name: string, value: string | null])[]): PartitionKey {
  const units = values.filter(([name]) => unitOf(name) !== undefined);
  const isDated = units.some(([name]) => unitOf(name) === 'year');
  if (!isDated) return columnsKey(values.map(([name, value]) => [name, value && padDates(value)]));
  const ordered = units.toSorted(([a], [b]) => lengthOrder(a) - lengthOrder(b));
  const sorted = values.map((entry) => (unitOf(entry[0]) === undefined ? entry : (ordered.shift() ?? entry)));
  return columnsKey(sorted.map(([name, value]) => [name, value && padTimeUnit(name, value)]));
}

function lengthOrder(name: string): number {
  const unit = unitOf(name);
  return unit === undefined ? 0 : grainLengths[unit];
}

/** The key of a file: the texts that the wildcards of its path stand for, dates within with leading zeros. */
export function fileKey(texts: readonly string[]): PartitionKey {
  return partitionKey(padDates(texts.join('/')).replace(/\p{Cc}/gu, percentEncoded));
}

/** Text that no escaped value can be: a percent sign is always followed by two hexadecimal digits. */
const nullMarker = '%null';

function escapeValue(value: string | null): string {
  return value === null ? nullMarker : escape(value);
}

/** Characters that structure a key, and control characters, which no database, log or file name should meet. */
function escape(text: string): string {
  return text.replace(/[/=%\p{Cc}]/gu, percentEncoded);
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The named values of a key that `columnsKey` made; undefined when it is none. */
export function columnsOfKey(key: PartitionKey): [name: string, value: string | null][] | undefined {
  const pairs: [string, string | null][] = [];
  for (const segment of key.split('/')) {
    const at = segment.indexOf('=');
    if (at < 0 || segment.includes('=', at + 1)) return undefined;
    const value = segment.slice(at + 1);
    pairs.push([unescape(segment.slice(0, at)), value === nullMarker ? null : unescape(value)]);
  }
  return pairs;
}

function unescape(text: string): string {
  return text.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The UTC start of the time slice that a key names, also as a part of it (`country=DE/date=2001-01-31`); else undefined. */
export function partitionStart(key: PartitionKey): Instant | undefined {
  const slice = timeSliceOf(key);
  return slice && instant(slice.startMs);
}

/** The UTC end, exclusive, of the time slice that a key names; else undefined. */
export function partitionEnd(key: PartitionKey): Instant | undefined {
  const slice = timeSliceOf(key);
  return slice && instant(slice.endMs);
}

/** The length of the time slice that a key names; else undefined. */
export function partitionGrain(key: PartitionKey): TimeGrain | undefined {
  return timeSliceOf(key)?.grain;
}

/** Orders keys by code point. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = orderOf(a.charCodeAt(at)) - orderOf(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, though some units above them do not. */
function orderOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}

/**
 * Whether a key lies in the frame from `from` to `to`, both inclusive; an absent bound is open. A bound that names a
 * time holds for the start of the key's slice, and `to` means the end of its own: `to: 2001-06` includes all of June.
 * Keys without a time are in no such frame. Other bounds are compared as text, `to` including all that it is a prefix of
 * up to a boundary: `country=DE` includes `country=DE/kind=a`. The key `all` is in every frame.
 */
export function inFrame(key: PartitionKey, from?: string, to?: string): boolean {
  if (key === wholeDataset) return true;
  const slice = timeSliceOf(key);
  return (from === undefined || isFrom(key, slice, from)) && (to === undefined || isUpTo(key, slice, to));
}

function isFrom(key: PartitionKey, slice: TimeSlice | undefined, from: string): boolean {
  const bound = timeSliceOf(from);
  if (bound === undefined) return compareKeys(key, from) >= 0;
  return slice !== undefined && slice.startMs >= bound.startMs;
}

function isUpTo(key: PartitionKey, slice: TimeSlice | undefined, to: string): boolean {
  const bound = timeSliceOf(to);
  if (bound !== undefined) return slice !== undefined && slice.startMs < bound.endMs;
  return compareKeys(key, to) <= 0 || (key.startsWith(to) && !/[\p{L}\p{N}]/u.test(key.charAt(to.length)));
}

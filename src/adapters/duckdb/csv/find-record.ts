/** How records are delimited. Bytes. */
export type RecordRules = { readonly delimiter: number; readonly newline: number };

/** A record from the place looked at: `end` is behind its last byte, `next` is where the next one starts. */
export type FoundRecord =
  | {
      readonly kind: 'record';
      readonly end: number;
      readonly next: number;
      readonly fields: number;
      readonly lines: number;
    }
  /** Its quotes make no sense: only its first line is given up, `next` is the start of the second. */
  | { readonly kind: 'broken'; readonly reason: string; readonly next: number; readonly lines: 1 }
  /** It may go on behind the bytes at hand. */
  | { readonly kind: 'incomplete' };

const quote = 0x22;
const carriageReturn = 0x0d;

type Look = { readonly rules: RecordRules; readonly isEnd: boolean };

/** Finds the record that starts at `start`. With `isEnd` the bytes are the last ones of the file. */
export function findRecord(bytes: Buffer, start: number, look: Look): FoundRecord {
  const { delimiter, newline } = look.rules;
  let fields = 1;
  let at = start;
  let lines = 0;
  let isFieldStart = true;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === newline) {
      const end = at > start && bytes[at - 1] === carriageReturn ? at - 1 : at;
      return { kind: 'record', end, next: at + 1, fields, lines: lines + 1 };
    }
    if (byte === quote && isFieldStart) {
      const close = closingQuote(bytes, at);
      if (close < 0) return look.isEnd ? broken(bytes, start, { look, reason: neverClosed }) : incomplete;
      const after = afterQuote(bytes, close + 1, look);
      if (after === 'unknown') return incomplete;
      if (after === 'text') return broken(bytes, start, { look, reason: textAfterQuote });
      lines += count(bytes, newline, { from: at, to: close });
      at = close + 1;
    } else {
      isFieldStart = byte === delimiter;
      if (isFieldStart) fields += 1;
      at += 1;
      continue;
    }
    isFieldStart = false;
  }
  if (!look.isEnd) return incomplete;
  const end = bytes[at - 1] === carriageReturn && at > start ? at - 1 : at;
  return { kind: 'record', end, next: at, fields, lines: lines + 1 };
}

const incomplete = { kind: 'incomplete' } as const;
const neverClosed = 'a quote is opened and not closed';
const textAfterQuote = 'text follows a closing quote';

function broken(bytes: Buffer, start: number, found: { look: Look; reason: string }): FoundRecord {
  const end = bytes.indexOf(found.look.rules.newline, start);
  if (end < 0 && !found.look.isEnd) return incomplete;
  return { kind: 'broken', reason: found.reason, next: end < 0 ? bytes.length : end + 1, lines: 1 };
}

/** The place of the quote that ends the field that starts at `open`; negative when it is not among the bytes. */
function closingQuote(bytes: Buffer, open: number): number {
  let at = open + 1;
  for (;;) {
    const found = bytes.indexOf(quote, at);
    if (found < 0) return -1;
    if (bytes[found + 1] !== quote) return found;
    at = found + 2;
  }
}

/** What stands behind a closing quote. */
function afterQuote(bytes: Buffer, at: number, look: Look): 'end' | 'text' | 'unknown' {
  const byte = bytes[at];
  if (byte === undefined) return look.isEnd ? 'end' : 'unknown';
  if (byte === look.rules.delimiter || byte === look.rules.newline) return 'end';
  if (byte !== carriageReturn) return 'text';
  const next = bytes[at + 1];
  if (next === undefined) return look.isEnd ? 'end' : 'unknown';
  return next === look.rules.newline ? 'end' : 'text';
}

function count(bytes: Buffer, byte: number, range: { from: number; to: number }): number {
  let found = 0;
  let at = bytes.indexOf(byte, range.from);
  while (at >= 0 && at < range.to) {
    found += 1;
    at = bytes.indexOf(byte, at + 1);
  }
  return found;
}

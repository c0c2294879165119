import { isUtf8 } from 'node:buffer';
import { limits } from '../../../base/limits.ts';
import { formatBytes } from '../../../base/units.ts';

/** What the cleaner hands on. */
export type JsonSink = {
  /** Lines for the scratch file: a line number, `fieldMark`, one object. */
  write(text: string): void;
  reject(row: { readonly row: number; readonly reason: string; readonly text: string }): void;
};

/** Stands between the line number and the object: no valid JSON contains it. */
export const fieldMark = '\u0001';

const newline = 0x0a;

/**
 * Takes newline-delimited JSON apart line by line, lets objects through and notes their keys. A line that is not valid
 * UTF-8, not JSON, not an object or too long is rejected with its reason.
 */
export class JsonCleaner {
  /** Every key met, in order, and whether an object or array stood under it. */
  readonly keys = new Map<string, { nested: boolean }>();
  readonly #sink: JsonSink;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #line = 1;

  constructor(sink: JsonSink) {
    this.#sink = sink;
  }

  /** Takes the next piece of the file. */
  feed(chunk: Buffer): void {
    let at = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, at)) {
      this.#keep(chunk.subarray(at, end));
      this.#endLine();
      at = end + 1;
    }
    // A copy: the rest of the chunk is not to be kept for it.
    this.#keep(Buffer.from(chunk.subarray(at)));
  }

  /** Ends the file. */
  end(): void {
    if (this.#pendingBytes > 0) this.#endLine();
  }

  /** Of a line beyond the limit only the start is kept, for the sample. */
  #keep(bytes: Buffer): void {
    if (this.#pendingBytes <= limits.rowBytesMax) this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  #endLine(): void {
    const row = this.#line++;
    const bytes = Buffer.concat(this.#pending);
    const isTooLong = this.#pendingBytes > limits.rowBytesMax;
    this.#pending = [];
    this.#pendingBytes = 0;
    const reject = (reason: string): void => {
      const start = bytes.subarray(0, 4 * limits.rejectedTextCharactersMax).toString('utf8');
      this.#sink.reject({ row, reason, text: start.slice(0, limits.rejectedTextCharactersMax) });
    };
    if (isTooLong) return reject(`the line is longer than ${formatBytes(limits.rowBytesMax)}`);
    if (!isUtf8(bytes)) return reject('the text is not valid UTF-8');
    const text = bytes
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trim();
    if (text === '') return;
    const parsed = parseObject(text);
    if (typeof parsed === 'string') return reject(parsed);
    this.#note(parsed);
    this.#sink.write(`${row}${fieldMark}${text}\n`);
  }

  #note(object: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(object)) {
      const known = this.keys.get(key);
      const nested = typeof value === 'object' && value !== null;
      if (known === undefined) this.keys.set(key, { nested });
      else known.nested ||= nested;
    }
  }
}

/** The object, or why it is none. */
function parseObject(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
    return `the line is ${Array.isArray(value) ? 'an array' : `a ${typeof value}`}, not an object`;
  } catch (thrown) {
    return `not valid JSON: ${(thrown as Error).message.replace(/, (?:"|\.\.\.).* is not valid JSON$/s, '')}`;
  }
}

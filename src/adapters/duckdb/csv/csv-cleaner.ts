import { isUtf8 } from 'node:buffer';
import { limits } from '../../../base/limits.ts';
import { formatBytes } from '../../../base/units.ts';
import { type FoundRecord, findRecord, type RecordRules } from './find-record.ts';

/** What the cleaner hands on: good records as bytes for the scratch file, bad ones with their reason. */
export type CleanerSink = {
  /** Complete records, each after its line number and a delimiter, each ended by a newline. */
  write(bytes: Buffer): void;
  reject(row: { readonly row: number; readonly reason: string; readonly start: Buffer }): void;
};

export type CleanerRules = RecordRules & {
  /** Fields that each record must have. */
  readonly fields: number;
  /** Whether the first record is a header, which is left out. */
  readonly header: boolean;
};

const outputBytes = 1024 * 1024;
const sampleBytes = 4 * limits.rejectedTextCharactersMax;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);

/**
 * Takes a CSV file apart into records, and lets those through that DuckDB's reader can not fail on: valid UTF-8, proper
 * quotes, the right number of fields, at most `rowBytesMax`. A record with a stray quote costs its first line only:
 * reading goes on at the next one. DuckDB's own rejects can not be used instead: on 1.5 they lose rows uncounted (a
 * run of 2,048 bad rows ends a scan; a stray quote or an overlong line swallows what follows).
 */
export class CsvCleaner {
  readonly #rules: CleanerRules;
  readonly #sink: CleanerSink;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Looking for the end of a long record starts over each time: not before there is twice as much of it. */
  #lookAgainAt = 0;
  #line = 1;
  #isHeaderNext: boolean;
  /** Within a line that was rejected for its length, up to its end. */
  #isSkipping = false;
  #isValidUtf8 = true;
  #isFirst = true;
  #output = Buffer.allocUnsafe(outputBytes);
  #outputAt = 0;

  constructor(rules: CleanerRules, sink: CleanerSink) {
    this.#rules = rules;
    this.#sink = sink;
    this.#isHeaderNext = rules.header;
  }

  /** Takes the next piece of the file. */
  feed(chunk: Buffer): void {
    let bytes = this.#isFirst && chunk.subarray(0, 3).equals(byteOrderMark) ? chunk.subarray(3) : chunk;
    this.#isFirst = false;
    if (this.#isSkipping) {
      const end = bytes.indexOf(this.#rules.newline);
      if (end < 0) return;
      this.#isSkipping = false;
      this.#line += 1;
      bytes = bytes.subarray(end + 1);
    }
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= this.#lookAgainAt) this.#consume(false);
  }

  /** Ends the file: what is left is its last record. */
  end(): void {
    this.#consume(true);
    this.#flush();
  }

  #consume(isEnd: boolean): void {
    const [first] = this.#pending;
    const bytes = this.#pending.length === 1 && first !== undefined ? first : Buffer.concat(this.#pending);
    const whole = isEnd ? bytes.length : bytes.lastIndexOf(this.#rules.newline) + 1;
    this.#isValidUtf8 = isUtf8(bytes.subarray(0, whole));
    let at = 0;
    while (at < bytes.length) {
      const found = findRecord(bytes, at, { rules: this.#rules, isEnd });
      if (found.kind === 'incomplete') {
        if (bytes.length - at <= limits.rowBytesMax) break;
        at = this.#giveUp(bytes, at);
        continue;
      }
      this.#take(bytes, at, found);
      this.#line += found.lines;
      at = found.next;
    }
    // A copy, so that the large buffer around a short rest is freed.
    this.#pending = [Buffer.from(bytes.subarray(at))];
    this.#pendingBytes = bytes.length - at;
    this.#lookAgainAt = Math.min(2 * this.#pendingBytes, limits.rowBytesMax + 1);
  }

  /** A record that grew beyond the limit: its first line is rejected, and skipped to its end. Returns where to go on. */
  #giveUp(bytes: Buffer, at: number): number {
    const lineEnd = bytes.indexOf(this.#rules.newline, at);
    if (lineEnd >= 0) {
      this.#reject(bytes, at, 'a quote is opened and not closed');
      this.#line += 1;
      return lineEnd + 1;
    }
    this.#reject(bytes, at, `the line is longer than ${formatBytes(limits.rowBytesMax)}`);
    this.#isSkipping = true;
    return bytes.length;
  }

  #take(bytes: Buffer, at: number, found: Exclude<FoundRecord, { kind: 'incomplete' }>): void {
    if (found.kind === 'record' && found.end === at && this.#rules.fields > 1) return;
    if (this.#isHeaderNext) {
      this.#isHeaderNext = false;
      return;
    }
    if (found.kind === 'broken') return this.#reject(bytes, at, found.reason);
    if (!this.#isValidUtf8 && !isUtf8(bytes.subarray(at, found.end))) {
      return this.#reject(bytes, at, 'the text is not valid UTF-8');
    }
    if (found.end - at > limits.rowBytesMax) {
      return this.#reject(bytes, at, `the row is longer than ${formatBytes(limits.rowBytesMax)}`);
    }
    const { fields } = this.#rules;
    // DuckDB's reader forgives one delimiter too many at the end of a row, and so do we.
    const trailing = found.fields === fields + 1 && bytes[found.end - 1] === this.#rules.delimiter;
    if (found.fields !== fields && !trailing) {
      const much = found.fields < fields ? 'too few' : 'too many';
      return this.#reject(bytes, at, `${much} fields: ${found.fields} instead of ${fields}`);
    }
    return this.#emit(bytes.subarray(at, trailing ? found.end - 1 : found.end));
  }

  #reject(bytes: Buffer, at: number, reason: string): void {
    const end = bytes.indexOf(this.#rules.newline, at);
    const lineEnd = end < 0 ? bytes.length : end;
    const start = bytes.subarray(at, Math.min(lineEnd, at + sampleBytes));
    this.#sink.reject({ row: this.#line, reason, start: Buffer.from(start) });
  }

  #emit(record: Buffer): void {
    const prefix = String(this.#line);
    const length = prefix.length + record.length + 2;
    if (this.#outputAt + length > this.#output.length) this.#flush();
    if (length > this.#output.length) this.#output = Buffer.allocUnsafe(length);
    this.#outputAt += this.#output.write(prefix, this.#outputAt, 'latin1');
    this.#output[this.#outputAt++] = this.#rules.delimiter;
    this.#outputAt += record.copy(this.#output, this.#outputAt);
    this.#output[this.#outputAt++] = 0x0a;
  }

  #flush(): void {
    if (this.#outputAt === 0) return;
    this.#sink.write(this.#output.subarray(0, this.#outputAt));
    this.#output = Buffer.allocUnsafe(outputBytes);
    this.#outputAt = 0;
  }
}

/** The byte that ends lines: a file that has carriage returns alone is from an old Mac. */
export function newlineOf(head: string): number {
  return head.includes('\n') || !head.includes('\r') ? 0x0a : carriageReturn;
}

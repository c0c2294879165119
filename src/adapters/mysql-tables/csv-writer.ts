import type { FileHandle } from 'node:fs/promises';
import { KiB } from '../../base/units.ts';
import type { Writing } from './column-types.ts';

/** A value as the server sends it. */
export type RawValue = Uint8Array | null;

const chunkBytes = 256 * KiB;
const [comma, quote, lineFeed, carriageReturn] = [0x2c, 0x22, 0x0a, 0x0d];
const utc = Buffer.from('+00');
const digits = Buffer.from('0123456789abcdef');

/**
 * Writes rows as CSV, copying bytes without making texts of them: null is nothing at all, everything that may hold a
 * comma, a quote or a line break stands between quotes. A few chunks are on their way to the disk at once, no more.
 */
export class CsvWriter {
  readonly #file: FileHandle;
  readonly #writings: readonly Writing[];
  #chunk = Buffer.allocUnsafe(chunkBytes);
  #used = 0;
  #chunksWaiting = 0;
  #written: Promise<void> = Promise.resolve();
  rowCount = 0;
  /** Whether every row is one line: no value has a line break. */
  isLinewise = true;

  constructor(file: FileHandle, writings: readonly Writing[]) {
    this.#file = file;
    this.#writings = writings;
  }

  /** Takes a row; false when the caller should wait for `drained` before the next ones. */
  write(row: readonly RawValue[]): boolean {
    this.#reserve(row);
    const writings = this.#writings;
    for (let index = 0; index < writings.length; index++) {
      const value = row[index];
      if (value !== null && value !== undefined) this.#value(value, writings[index] ?? 'text');
      this.#put(index + 1 < writings.length ? comma : lineFeed);
    }
    this.rowCount += 1;
    if (this.#used >= chunkBytes) this.#send();
    return this.#chunksWaiting < 2;
  }

  /** Resolves when everything that was sent is in the file. Rejects when it could not be written. */
  drained(): Promise<void> {
    return this.#written;
  }

  /** Sends the rest; resolves when all rows are in the file. */
  async end(): Promise<void> {
    this.#send();
    await this.#written;
  }

  #value(value: Uint8Array, writing: Writing): void {
    switch (writing) {
      case 'plain':
        return this.#copy(value);
      case 'utc':
        this.#copy(value);
        return this.#copy(utc);
      case 'text':
        return this.#quoted(value);
      case 'bytes':
        return this.#hexadecimal(value);
    }
  }

  #put(byte: number): void {
    this.#chunk[this.#used++] = byte;
  }

  /** A call for each value would cost more than copying the few bytes of most of them. */
  #copy(value: Uint8Array): void {
    const chunk = this.#chunk;
    let at = this.#used;
    for (let from = 0; from < value.length; from++) chunk[at++] = value[from] ?? 0;
    this.#used = at;
  }

  #quoted(value: Uint8Array): void {
    const chunk = this.#chunk;
    let at = this.#used;
    chunk[at++] = quote;
    for (let from = 0; from < value.length; from++) {
      const byte = value[from] ?? 0;
      if (byte === quote) chunk[at++] = quote;
      else if (byte === lineFeed || byte === carriageReturn) this.isLinewise = false;
      chunk[at++] = byte;
    }
    chunk[at++] = quote;
    this.#used = at;
  }

  #hexadecimal(value: Uint8Array): void {
    this.#put(quote);
    for (const byte of value) {
      this.#put(digits[byte >> 4] ?? 0);
      this.#put(digits[byte & 0xf] ?? 0);
    }
    this.#put(quote);
  }

  /** Makes room for the longest that a row can become. */
  #reserve(row: readonly RawValue[]): void {
    let bytes = 8 * (row.length + 1);
    for (const value of row) bytes += value === null ? 0 : 2 * value.length;
    if (this.#used + bytes <= this.#chunk.length) return;
    this.#send();
    if (bytes > this.#chunk.length) this.#chunk = Buffer.allocUnsafe(bytes);
  }

  #send(): void {
    const bytes = this.#chunk.subarray(0, this.#used);
    if (bytes.length === 0) return;
    this.#chunk = Buffer.allocUnsafe(chunkBytes + 32 * KiB);
    this.#used = 0;
    this.#chunksWaiting += 1;
    this.#written = this.#written.then(async () => {
      await this.#file.appendFile(bytes);
      this.#chunksWaiting -= 1;
    });
    // Whoever drains or ends is told; until then nobody waits.
    this.#written.catch(() => undefined);
  }
}

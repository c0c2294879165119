/**
 * Writes jute, ZooKeeper's encoding of records: big-endian integers, strings and byte arrays with a length before them.
 * Many frames are written one behind the other into one buffer, so that they leave in one piece.
 */
export class JuteWriter {
  #bytes: Buffer = Buffer.allocUnsafe(1_024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  int(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
  }

  long(value: bigint): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeBigInt64BE(value, this.#length);
  }

  boolean(value: boolean): void {
    this.#reserve(1);
    this.#length = this.#bytes.writeUInt8(value ? 1 : 0, this.#length);
  }

  bytes(value: Uint8Array): void {
    this.int(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  string(value: string): void {
    const length = Buffer.byteLength(value);
    this.int(length);
    this.#reserve(length);
    this.#bytes.write(value, this.#length);
    this.#length += length;
  }

  vector<T>(items: readonly T[], write: (item: T) => void): void {
    this.int(items.length);
    for (const item of items) write(item);
  }

  /** Writes a frame: its length, then what `fill` writes. Returns the length of what `fill` wrote. */
  frame(fill: (writer: JuteWriter) => void): number {
    const start = this.#length;
    this.int(0);
    fill(this);
    const length = this.#length - start - 4;
    this.#bytes.writeInt32BE(length, start);
    return length;
  }

  /** Forgets everything behind `length`. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** What was written. The writer must not be used any more: the bytes are not copied. */
  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

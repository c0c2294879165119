/** A frame that is not what the protocol says. Whoever reads frames drops the connection: nothing behind it has a sense. */
export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame';
}

/** Reads jute records out of a frame, front to back, without copying it. Throws `MalformedFrame` where it ends early. */
export class JuteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(frame: Buffer) {
    this.#bytes = frame;
  }

  int(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  long(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  boolean(): boolean {
    return this.#bytes.readUInt8(this.#advance(1)) !== 0;
  }

  /** A byte array, copied: it must not keep the whole chunk of the socket alive that it came with. Null reads as empty. */
  bytes(): Buffer {
    const [start, end] = this.#span();
    return Buffer.from(this.#bytes.subarray(start, end));
  }

  /** A string. Null reads as empty. */
  string(): string {
    const [start, end] = this.#span();
    return this.#bytes.toString('utf8', start, end);
  }

  /** A list. Null reads as empty. */
  vector<T>(read: (reader: JuteReader) => T): T[] {
    const count = this.int();
    // Each item takes at least four bytes, so that a wrong count ends here and not in an endless list.
    if (count > (this.#bytes.length - this.#offset) / 4) throw new MalformedFrame(`a list of ${count} items`);
    const items: T[] = [];
    for (let index = 0; index < count; index += 1) items.push(read(this));
    return items;
  }

  #span(): readonly [number, number] {
    const length = Math.max(0, this.int());
    const start = this.#advance(length);
    return [start, start + length];
  }

  #advance(count: number): number {
    const start = this.#offset;
    if (count > this.#bytes.length - start) {
      throw new MalformedFrame(`${count} bytes are missing at ${start} of ${this.#bytes.length}`);
    }
    this.#offset = start + count;
    return start;
  }
}

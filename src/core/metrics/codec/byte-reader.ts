import { utf8Text } from './utf8.ts';

/** Thrown by readers on bytes that no writer made; `decodeProfile` turns it into `STATE_UNREADABLE`. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** Stops decoding when the bytes contradict the format. */
export function readable(condition: boolean, message: string): asserts condition {
  if (!condition) throw new UnreadableError(message);
}

/** Reads what `ByteWriter` wrote. Never reads past the end, and allocates no more than the bytes that are there. */
export class ByteReader {
  private readonly source: Uint8Array;
  private readonly view: DataView;
  private position = 0;

  constructor(source: Uint8Array) {
    this.source = source;
    this.view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.source.length - this.position;
  }

  byte(): number {
    readable(this.remaining >= 1, 'the bytes end too early');
    return this.view.getUint8(this.position++);
  }

  /** The next `count` bytes, not copied. */
  bytes(count: number): Uint8Array {
    readable(count <= this.remaining, 'the bytes end too early');
    const taken = this.source.subarray(this.position, this.position + count);
    this.position += count;
    return taken;
  }

  unsigned(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      readable(Number.isSafeInteger(value), 'a number is too large');
      if (byte < 0x80) return value;
      factor *= 0x80;
      readable(factor <= 2 ** 49, 'a number is too long');
    }
  }

  signed(): number {
    const folded = this.unsigned();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  bigint(): bigint {
    const negative = this.byte() === 1;
    const bytes = this.bytes(this.unsigned());
    readable(bytes.length <= bigintBytesMax, 'a number is too long');
    let hex = '0';
    for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
    const magnitude = BigInt(`0x${hex}`);
    return negative ? -magnitude : magnitude;
  }

  double(): number {
    readable(this.remaining >= 8, 'the bytes end too early');
    const value = this.view.getFloat64(this.position, true);
    this.position += 8;
    return value;
  }

  text(): string {
    return utf8Text(this.bytes(this.unsigned()));
  }

  /** A number of items to follow, each of at least `bytesEach` bytes: refuses counts that can not be true. */
  count(bytesEach = 1): number {
    const count = this.unsigned();
    readable(count * bytesEach <= this.remaining, 'a list is longer than the bytes');
    return count;
  }
}

/** Sums of whole numbers are far shorter; DuckDB's longest number has 4 million digits, which no state needs. */
const bigintBytesMax = 4_096;

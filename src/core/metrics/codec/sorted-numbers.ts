import type { ByteReader } from './byte-reader.ts';
import { readable } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/**
 * Writes ascending, distinct whole numbers below 2^`bits` (at most 2^52) as Golomb–Rice coded gaps: for evenly spread
 * numbers within half a bit of the least possible, and never more than two bits a number above it.
 */
export function writeSortedNumbers(out: ByteWriter, numbers: Float64Array, bits: number): void {
  out.unsigned(numbers.length);
  const low = lowBits(numbers.length, bits);
  const divisor = 2 ** low;
  const sink = new BitSink(out);
  let previous = -1;
  for (const number of numbers) {
    const gap = number - previous - 1;
    const high = Math.floor(gap / divisor);
    for (let one = 0; one < high; one++) sink.bit(1);
    sink.bit(0);
    sink.bits(gap - high * divisor, low);
    previous = number;
  }
  sink.flush();
}

/** Reads what `writeSortedNumbers` wrote, at most `countMax` numbers. */
export function readSortedNumbers(input: ByteReader, bits: number, countMax: number): Float64Array {
  const count = input.unsigned();
  readable(count <= countMax && count <= input.remaining * 8, 'a set is larger than its limit');
  const low = lowBits(count, bits);
  const divisor = 2 ** low;
  const limit = 2 ** bits;
  const source = new BitSource(input);
  const numbers = new Float64Array(count);
  let previous = -1;
  for (let at = 0; at < count; at++) {
    let high = 0;
    while (source.bit() === 1) high++;
    previous += high * divisor + source.bits(low) + 1;
    readable(previous < limit, 'a number of a set is out of range');
    numbers[at] = previous;
  }
  return numbers;
}

/** The number of bits of a gap that are written as they are: the logarithm of the expected gap. */
function lowBits(count: number, bits: number): number {
  return count === 0 ? 0 : Math.max(0, bits - Math.ceil(Math.log2(count)));
}

class BitSink {
  private readonly out: ByteWriter;
  private current = 0;
  private filled = 0;

  constructor(out: ByteWriter) {
    this.out = out;
  }

  bit(bit: number): void {
    this.current |= bit << this.filled;
    if (++this.filled === 8) this.flush();
  }

  bits(value: number, count: number): void {
    let rest = value;
    let left = count;
    while (left > 0) {
      const taken = Math.min(left, 8 - this.filled);
      const size = 2 ** taken;
      this.current |= (rest % size) << this.filled;
      rest = Math.floor(rest / size);
      left -= taken;
      this.filled += taken;
      if (this.filled === 8) this.flush();
    }
  }

  flush(): void {
    if (this.filled > 0) this.out.byte(this.current);
    this.current = 0;
    this.filled = 0;
  }
}

class BitSource {
  private readonly input: ByteReader;
  private current = 0;
  private left = 0;

  constructor(input: ByteReader) {
    this.input = input;
  }

  bit(): number {
    if (this.left === 0) this.refill();
    const bit = this.current & 1;
    this.current >>= 1;
    this.left--;
    return bit;
  }

  bits(count: number): number {
    let value = 0;
    let factor = 1;
    let wanted = count;
    while (wanted > 0) {
      if (this.left === 0) this.refill();
      const taken = Math.min(wanted, this.left);
      value += (this.current & (2 ** taken - 1)) * factor;
      factor *= 2 ** taken;
      this.current >>= taken;
      this.left -= taken;
      wanted -= taken;
    }
    return value;
  }

  private refill(): void {
    this.current = this.input.byte();
    this.left = 8;
  }
}

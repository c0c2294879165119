import { assert } from '../../../base/assert.ts';
import { forEachUtf8Byte } from './utf8.ts';

/**
 * A growing buffer for the compact binary forms of states. Whole numbers are LEB128 (7 bits a byte, low bits first),
 * signed ones zigzag before; doubles are 8 bytes, little-endian, with one NaN and one zero, so that equal states have
 * equal bytes.
 */
export class ByteWriter {
  private buffer = new Uint8Array(256);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  /** Bytes written so far. */
  get size(): number {
    return this.length;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.reserve(values.length);
    this.buffer.set(values, this.length);
    this.length += values.length;
  }

  /** A whole number from 0 to 2^53 − 1. */
  unsigned(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, `${value} can not be written as an unsigned number`);
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** A whole number of magnitude up to 2^52. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Any whole number: sign, number of bytes, bytes. */
  bigint(value: bigint): void {
    const digits = (value < 0n ? -value : value).toString(16);
    const hex = digits.length % 2 === 0 ? digits : `0${digits}`;
    this.byte(value < 0n ? 1 : 0);
    this.unsigned(hex.length / 2);
    for (let at = 0; at < hex.length; at += 2) this.byte(Number.parseInt(hex.slice(at, at + 2), 16));
  }

  double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, Number.isNaN(value) ? Number.NaN : value + 0, true);
    this.length += 8;
  }

  /** Text as UTF-8 with its length in bytes. */
  text(value: string): void {
    const bytes: number[] = [];
    forEachUtf8Byte(value, (byte) => bytes.push(byte));
    this.unsigned(bytes.length);
    for (const byte of bytes) this.byte(byte);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    grown.set(this.buffer);
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }
}

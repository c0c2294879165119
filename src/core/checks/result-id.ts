import { type ResultId, resultId } from '../../base/ids.ts';
import type { RevisionRef } from '../datasets/revision.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** The id of the result of one check on one revision: `r-` and 13 letters and digits, always the same. */
export function resultIdOf(revision: RevisionRef, check: string): ResultId {
  const { dataset, partition, number } = revision;
  const { high, low } = hash64(JSON.stringify([dataset, partition, number, check]));
  let rest = (BigInt(high) << 32n) | BigInt(low);
  let text = '';
  for (let digit = 0; digit < 13; digit += 1) {
    text = `${alphabet.charAt(Number(rest & 31n))}${text}`;
    rest >>= 5n;
  }
  return resultId(`r-${text}`);
}

/**
 * A 64-bit hash of a text as two unsigned halves. Not for adversaries. Two lanes that mix each other at every character
 * and the finalizer of MurmurHash3 (A. Appleby, public domain) at the end.
 */
export function hash64(text: string): { readonly high: number; readonly low: number } {
  let a = 0x9e3779b9;
  let b = 0x243f6a88 ^ text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = rotate(a ^ Math.imul(unit + 0x7ed5, 0xcc9e2d51), 15);
    a = Math.imul(a, 5) + b;
    b = rotate(b ^ Math.imul(unit ^ a, 0x1b873593), 13);
    b = Math.imul(b, 9) + a;
  }
  const high = finalize(a ^ rotate(b, 16));
  return { high, low: finalize(b + high) };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finalize(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

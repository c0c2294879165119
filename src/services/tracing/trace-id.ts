import type { Random } from '../../ports/random.ts';

/** A new trace id (W3C Trace Context): 32 hexadecimal digits, never all zeros. */
export function newTraceId(random: Random): string {
  return hexadecimal(random, 32);
}

/** A new span id: 16 hexadecimal digits, never all zeros. */
export function newSpanId(random: Random): string {
  return hexadecimal(random, 16);
}

/** So many digits, a multiple of 8: eight at a time, because chance is dear and each request needs 48. */
function hexadecimal(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits) {
    text += Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }
  // All zeros means "none" in a trace; chance gives it never, a broken source of chance might.
  return /^0*$/.test(text) ? `${text.slice(1)}1` : text;
}

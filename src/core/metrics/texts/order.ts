/** Orders texts by code points, which is the order of their UTF-8 bytes and DuckDB's; JavaScript's own is by 16-bit units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return raiseSurrogate(x) - raiseSurrogate(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, but are numerically below 0xE000–0xFFFF. */
function raiseSurrogate(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x2000 : unit >= 0xe000 ? unit - 0x800 : unit;
}

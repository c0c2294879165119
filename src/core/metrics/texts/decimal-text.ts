/** The decimal text of units × 10^−scale, with all digits of the scale: `(-1234n, 2)` is `-12.34`. */
export function decimalText(units: bigint, scale: number): string {
  if (scale === 0) return units.toString();
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const cut = digits.length - scale;
  return `${units < 0n ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}

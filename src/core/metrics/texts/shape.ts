/** What is looked at in a text, each from 0 (no) to 1 (yes, or all of its characters). */
export const shapeParts = ['uppercase', 'lowercase', 'padded', 'digit', 'punctuation', 'non_ascii'] as const;

/** Writes the parts of a text's shape into `parts`, in the order of `shapeParts`, in ten-thousandths. */
export function readShape(text: string, parts: Float64Array): void {
  const { length } = text;
  let [upper, lower, digits, punctuation, foreign] = [0, 0, 0, 0, 0];
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 128) foreign++;
    else if (unit >= 97 && unit <= 122) lower++;
    else if (unit >= 65 && unit <= 90) upper++;
    else if (unit >= 48 && unit <= 57) digits++;
    else if (unit > 32 && unit < 127) punctuation++;
  }
  if (foreign > 0) {
    const [uppercase, lowercase] = [text.toUpperCase(), text.toLowerCase()];
    const hasLetters = uppercase !== lowercase;
    parts[0] = hasLetters && text === uppercase ? 10_000 : 0;
    parts[1] = hasLetters && text === lowercase ? 10_000 : 0;
  } else {
    parts[0] = upper > 0 && lower === 0 ? 10_000 : 0;
    parts[1] = lower > 0 && upper === 0 ? 10_000 : 0;
  }
  parts[2] = length > 0 && (isSpace(text.charCodeAt(0)) || isSpace(text.charCodeAt(length - 1))) ? 10_000 : 0;
  parts[3] = share(digits, length);
  parts[4] = share(punctuation, length);
  parts[5] = share(foreign, length);
}

/** Units of UTF-16 stand for characters: one beyond the basic plane counts twice, in part and whole alike. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((10_000 * part) / whole);
}

/** Blanks, tabs, line ends, and the no-break space, which is the one that nobody sees. */
function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === 0xa0 || unit === 0x3000;
}

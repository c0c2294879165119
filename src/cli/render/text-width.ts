const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const printableAscii = /^[\x20-\x7e]*$/;
const emoji = /\p{Emoji_Presentation}|\uFE0F/u;
const invisible = /^[\p{Mark}\p{Format}\p{Default_Ignorable_Code_Point}]*$/u;
/** East Asian wide and full-width characters (Unicode Standard Annex 11), by script and block. */
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\u3000-\u303E\u31C0-\u31EF\u3200-\u32FF\uFF01-\uFF60\uFFE0-\uFFE6]/u;
/** Half-width forms belong to wide scripts, but take one column. */
const halfwidth = /^[\uFF61-\uFFDC]/u;
const control = /[\p{Control}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** How many columns of a terminal `text` takes: wide characters and emoji take two, combining marks none. */
export function textWidth(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** `text` cut to `width` columns; a cut is shown by `…`. */
export function truncateText(text: string, width: number): string {
  if (width <= 0) return '';
  if (textWidth(text) <= width) return text;
  let kept = '';
  let room = width - 1;
  for (const { segment } of graphemes.segment(text)) {
    room -= graphemeWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** `text` broken between words into lines of at most `width` columns; a longer word has a line of its own. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** `text` filled up with blanks to `width` columns. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/**
 * `text` without the power to move the cursor, colour or reverse a line: control characters and direction overrides
 * become visible signs. Values come from people's data, and data may be hostile.
 */
export function visibleText(text: string): string {
  return text.replaceAll(control, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? '␡' : '�';
  });
}

function graphemeWidth(grapheme: string): number {
  if (emoji.test(grapheme)) return 2;
  if (halfwidth.test(grapheme)) return 1;
  if (wide.test(grapheme)) return 2;
  return invisible.test(grapheme) ? 0 : 1;
}

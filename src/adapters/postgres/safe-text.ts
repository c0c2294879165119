/**
 * PostgreSQL's text can hold neither U+0000 nor half a surrogate pair, and data does contain them: column names, partition
 * values, samples of rejected rows. Both are written as U+001B and four hexadecimal digits, and so is U+001B itself, so
 * that every string comes back as it was. Other strings stay as they are.
 */
export function encodeText(text: string): string {
  return unsafe.test(text) ? text.replace(unsafeAll, escaped) : text;
}

/** The string that `encodeText` was given. */
export function decodeText(text: string): string {
  return text.includes(marker) ? text.replace(escapedAll, unescaped) : text;
}

/** Starts every escape sequence. */
export const marker = '\u001b';

const loneSurrogate = '[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]';
const pattern = `[\\u0000\\u001b]|${loneSurrogate}`;
const unsafe = new RegExp(pattern);
const unsafeAll = new RegExp(pattern, 'g');
const escapedAll = new RegExp(`${marker}([0-9a-f]{4})`, 'g');

function escaped(character: string): string {
  return marker + character.charCodeAt(0).toString(16).padStart(4, '0');
}

function unescaped(_: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 16));
}

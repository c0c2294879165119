/** Characters of a text that states keep. */
export const textCharactersMax = 64;

/** Characters of a text that are looked at: its shape, its pattern and its format are those of its start. */
export const scannedCharactersMax = 256;

/** Characters that a shortened text keeps of its start, before `…#` and the hash. */
const headCharacters = 49;

/**
 * The name under which states keep a text: the text itself up to 64 characters; a longer one as its first 49, `…#`
 * and its hash, so that different long texts stay different. `prefix` may be cut anywhere from 64 characters on.
 */
export function textLabel(prefix: string, length: number, hash: number): string {
  if (length <= textCharactersMax) return prefix;
  return `${firstCharacters(prefix, headCharacters)}…#${hash.toString(16).padStart(12, '0')}`;
}

/** The first 64 characters. Cutting keeps the order: the smallest of cut texts is the cut smallest text. */
export function cutText(text: string): string {
  return firstCharacters(text, textCharactersMax);
}

/** The first 256 characters. */
export function scanText(text: string): string {
  return firstCharacters(text, scannedCharactersMax);
}

function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  // A character has at most two units; what is cut in the middle lies beyond the last one kept.
  return Array.from(text.slice(0, 2 * count))
    .slice(0, count)
    .join('');
}

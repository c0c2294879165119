import { cutText, textCharactersMax } from './shorten.ts';

/** Digits that a run shows one by one; of longer ones `9+`, so that ids do not have a pattern for each length. */
const digitsShown = 4;

/**
 * A text with what varies left out: runs of letters become `A`, `a` (other scripts' letters without case `o`), digits `9` one
 * by one up to four and `9+` beyond, words that mix letters and digits more than twice `*` (as hashes do; UUIDs are five),
 * three and more like words with a blank between them two; everything else stays. Lengths of words are left out because names differ in
 * them; those of short numbers are kept, because a date or a code with a digit lost is what is looked for.
 */
export function patternOf(text: string): string {
  if (text.length === 36 && uuid.test(text)) return '*-*-*-*-*';
  let pattern = '';
  let at = 0;
  while (at < text.length && pattern.length < textCharactersMax) {
    const end = wordEnd(text, at);
    if (end > at) {
      pattern += wordPattern(text, at, end);
      at = end;
    } else {
      pattern += text[at] ?? '';
      at++;
    }
  }
  const isCut = at < text.length || pattern.length > textCharactersMax;
  const whole = isCut ? `${cutText(pattern)}…` : pattern;
  return whole.includes(' ') ? whole.replace(likeWords, '$1 $1') : whole;
}

const uuid = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** The same word three times or more. */
const likeWords = /(?<![^ ])([^ ]+)(?: \1){2,}(?![^ ])/g;

const [upper, lower, digit, caseless, none] = [1, 2, 3, 4, 0] as const;

function classOf(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit >= 97 && unit <= 122) return lower;
  if (unit >= 65 && unit <= 90) return upper;
  if (unit >= 48 && unit <= 57) return digit;
  if (unit < 128) return none;
  const character = text[at] ?? '';
  const [larger, smaller] = [character.toUpperCase(), character.toLowerCase()];
  if (larger !== smaller) return character === smaller ? lower : upper;
  return /[\p{L}\p{M}\p{Surrogate}]/u.test(character) ? caseless : none;
}

function wordEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && classOf(text, end) !== none) end++;
  return end;
}

const symbols = ['', 'A', 'a', '9', 'o'];

function wordPattern(text: string, start: number, end: number): string {
  let pattern = '';
  let switches = 0;
  let previous: number = none;
  for (let at = start; at < end; ) {
    const kind = classOf(text, at);
    let next = at + 1;
    while (next < end && classOf(text, next) === kind) next++;
    if (previous !== none && (kind === digit) !== (previous === digit)) switches++;
    pattern += kind === digit ? digitsPattern(next - at) : (symbols[kind] ?? '');
    previous = kind;
    at = next;
  }
  return switches > 2 ? '*' : pattern;
}

function digitsPattern(length: number): string {
  return length > digitsShown ? '9+' : '9'.repeat(length);
}

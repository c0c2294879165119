import type { ValidFormat } from '../validity-rule.ts';
import { hasFormat } from './formats.ts';

/** What a text consists of, as bits. */
const part = {
  digit: 1,
  hexLetter: 2,
  letter: 4,
  blank: 8,
  colon: 16,
  dot: 32,
  hyphen: 64,
  plus: 128,
  other: 256,
} as const;

const bits = Uint16Array.from({ length: 128 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  if (/[0-9]/.test(character)) return part.digit;
  if (/[a-fA-F]/.test(character)) return part.hexLetter;
  if (/[g-zG-Z]/.test(character)) return part.letter;
  const named = { ' ': part.blank, ':': part.colon, '.': part.dot, '-': part.hyphen, '+': part.plus };
  return new Map(Object.entries(named)).get(character) ?? part.other;
});

const words = part.hexLetter | part.letter;
const figures = part.digit | part.blank | part.hyphen;

/** The formats that a text has. A look at its characters leaves few to try, none for most prose. */
export function formatsOf(text: string): ValidFormat[] {
  return candidates(text).filter((format) => hasFormat(format, text));
}

const none: readonly ValidFormat[] = [];
const short: readonly ValidFormat[] = ['country_code', 'currency_code', 'language_code', 'hex'];

function candidates(text: string): readonly ValidFormat[] {
  const { length } = text;
  if (length === 0 || length > 255) return none;
  const first = bits[text.charCodeAt(0)] ?? part.other;
  let parts = 0;
  for (let at = 0; at < length; at++) parts |= bits[text.charCodeAt(at)] ?? part.other;
  const only = (allowed: number): boolean => (parts & ~allowed) === 0;
  if (only(words)) return length <= 3 ? short : only(part.hexLetter) ? ['hex'] : none;
  const found: ValidFormat[] = [];
  if (text.includes('@')) found.push('email');
  if (text.includes('://')) found.push('url');
  if ((parts & part.other) !== 0) {
    if (isBracket(text)) found.push('json');
    if (text.startsWith('+')) found.push('phone');
    if (first === part.digit && text.includes(',')) found.push('iso_datetime', 'time');
    return found;
  }
  if (length === 36) found.push('uuid');
  if ((parts & part.colon) !== 0) found.push('ipv6', 'time', 'iso_datetime');
  if ((parts & part.digit) === 0) return found;
  if (only(part.digit | part.dot)) found.push('ipv4');
  if (only(part.digit | words)) found.push('hex');
  if (only(part.digit | part.hyphen) && length === 10) found.push('iso_date');
  if (only(figures) && length >= 12) found.push('credit_card');
  if (only(part.digit | part.hyphen | part.plus | part.dot | words)) found.push('integer', 'decimal');
  if (text.startsWith('+')) found.push('phone');
  if (length >= 15 && only(part.digit | part.blank | words)) found.push('iban');
  return found;
}

function isBracket(text: string): boolean {
  const trimmed = text.trimStart();
  return trimmed.startsWith('{') || trimmed.startsWith('[');
}

import type { ValidFormat } from '../validity-rule.ts';
import { countryCodes, currencyCodes, languageCodes } from './code-lists.ts';

/**
 * A format that texts can have: the whole text matches `pattern` and passes `check`. The patterns mean the same to
 * JavaScript and to RE2: ASCII classes only, no dot, no anchors, no flags, no look-around.
 */
export type FormatDefinition = {
  readonly pattern: string;
  /** What no regular expression can tell: a check digit, or how brackets nest. */
  readonly check?: 'luhn' | 'iban' | 'json';
};

const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const ipv4 = `${octet}(?:\\.${octet}){3}`;
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const clock = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?';
const group = '[0-9a-fA-F]{1,4}';

/** Days that exist, in the years 0000 to 9999. */
const date =
  '(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)' +
  '|02-(?:0[1-9]|1[0-9]|2[0-8]))' +
  '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)';

/** The eight groups of RFC 4291, any run of them left out once, the last two perhaps as IPv4. */
const ipv6 = [
  `(?:${group}:){7}${group}`,
  `(?:${group}:){6}${ipv4}`,
  ...Array.from({ length: 8 }, (_, before) => {
    const head = before === 0 ? ':' : `${group}(?::${group}){${before - 1}}:`;
    const after = 7 - before;
    const tail = after === 0 ? '' : `(?:${group}(?::${group}){0,${after - 1}})?`;
    return `${head}:${tail}`;
  }),
  ...Array.from({ length: 6 }, (_, before) => {
    const head = before === 0 ? ':' : `${group}(?::${group}){${before - 1}}:`;
    return `${head}:(?:${group}:){0,${5 - before}}${ipv4}`;
  }),
].join('|');

/** The definition of every format. */
export const formatDefinitions: Readonly<Record<ValidFormat, FormatDefinition>> = {
  // The pragmatic one of HTML's input fields, with a dot in the domain.
  email: {
    pattern: `[a-zA-Z0-9!#$%&'*+/=?^_\`{|}~-]+(?:\\.[a-zA-Z0-9!#$%&'*+/=?^_\`{|}~-]+)*@${label}(?:\\.${label})+`,
  },
  uuid: { pattern: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}' },
  url: {
    pattern:
      `(?:https?|ftps?|wss?)://(?:[a-zA-Z0-9._~%!$&'()*+,;=:-]+@)?(?:${label}(?:\\.${label})*\\.?|\\[(?:${ipv6})\\])` +
      `(?::[0-9]{1,5})?(?:[/?#][^\\x00-\\x20"<>\\\\^\`{|}\\x7f]*)?`,
  },
  ipv4: { pattern: ipv4 },
  ipv6: { pattern: ipv6 },
  // E.164: at most 15 digits after the plus sign; blanks, hyphens, dots and brackets between them are for people.
  phone: { pattern: '\\+[1-9](?:[ .()-]{0,2}[0-9]){6,14}' },
  iso_date: { pattern: date },
  iso_datetime: { pattern: `${date}[T ]${clock}(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?` },
  time: { pattern: clock },
  integer: { pattern: '[+-]?[0-9]+' },
  decimal: { pattern: '[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?' },
  hex: { pattern: '(?:0[xX])?[0-9a-fA-F]+' },
  credit_card: { pattern: '[0-9](?:[ -]?[0-9]){11,18}', check: 'luhn' },
  // Groups of four are for people.
  iban: { pattern: '[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}', check: 'iban' },
  country_code: { pattern: countryCodes.join('|') },
  currency_code: { pattern: currencyCodes.join('|') },
  language_code: { pattern: languageCodes.join('|') },
  // An object or a list: any number would be JSON otherwise.
  json: { pattern: '[ \\t\\n\\r]*[{\\[][\\s\\S]*[}\\]][ \\t\\n\\r]*', check: 'json' },
};

const matchers = new Map(
  Object.entries(formatDefinitions).map(([format, { pattern, check }]) => [
    format,
    { regex: new RegExp(`^(?:${pattern})$`, 'u'), check },
  ]),
);

/** Whether a text has a format. `measure/format-sql.ts` says the same in SQL. */
export function hasFormat(format: ValidFormat, text: string): boolean {
  const matcher = matchers.get(format);
  if (matcher === undefined || !matcher.regex.test(text)) return false;
  switch (matcher.check) {
    case 'luhn':
      return passesLuhn(text);
    case 'iban':
      return passesIban(text);
    case 'json':
      return isJson(text);
    default:
      return true;
  }
}

/** ISO/IEC 7812: from the right every second digit doubled, the sum of all digits a multiple of ten. */
function passesLuhn(text: string): boolean {
  let sum = 0;
  let place = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) continue;
    const weighted = place++ % 2 === 0 ? digit : 2 * digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

/** ISO 13616: the first four characters moved to the end and letters read as 10 to 35, the rest of 97 is 1. */
function passesIban(text: string): boolean {
  const compact = text.replaceAll(' ', '');
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
  }
  return rest === 1;
}

/** Half of a surrogate pair, written as an escape: no text that can be stored. */
const loneSurrogate =
  /\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]/;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
  } catch {
    return false;
  }
  return !loneSurrogate.test(text.replaceAll('\\\\', ''));
}

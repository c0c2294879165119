import { limits } from '../../../base/limits.ts';
import type { CheckDefinition } from '../../checks/definition.ts';
import { validFormats } from '../../metrics/validity-rule.ts';
import { type Decoder, describe, distinct, itself, oneOf, text } from './decoder.ts';
import { type Decoded, type Fields, optional } from './object.ts';
import type { Place } from './place.ts';

/** The keys that say what makes a value valid, at a check or at a column. */
export const validityFields = {
  valid_values: optional(validValues()),
  valid_regex: optional(regex()),
  valid_format: optional(oneOf(validFormats)),
  valid_min: optional(edge()),
  valid_max: optional(edge()),
} as const satisfies Fields;

export const validityKeys = Object.keys(validityFields);

/** The keys of `validityFields` as a check's settings. */
export function validitySettings(given: Decoded<typeof validityFields>): CheckDefinition['settings'] {
  return Object.fromEntries(
    Object.entries(given).filter(([key, value]) => validityKeys.includes(key) && value !== undefined),
  );
}

/** Reports bounds that no value can keep together. */
export function reportEmptyRange(given: Partial<Decoded<typeof validityFields>>, place: Place): void {
  const { valid_min: min, valid_max: max } = given;
  if (min === undefined || max === undefined) return;
  if (typeof min !== typeof max)
    place.at('valid_max').report('must be of the kind of valid_min: both numbers, or both dates');
  else if (min > max) place.at('valid_max').report(`no value is at least ${min} and at most ${max}`);
}

function validValues(): Decoder<readonly string[]> {
  const values = distinct(validValue, { keysOf: itself, what: 'value', filled: true });
  return (input, place) => {
    if (Array.isArray(input) && input.length > limits.validValuesMax)
      return place.report(`must have at most ${limits.validValuesMax} values; for more, write a custom_sql`);
    return values(input, place);
  };
}

/** Numbers and truth values are taken as their text: whoever lists years or codes needs no quotes. */
function validValue(input: unknown, place: Place): string | undefined {
  const written = typeof input === 'number' || typeof input === 'boolean' ? String(input) : input;
  return text({ charactersMax: limits.validValueCharactersMax, empty: true })(written, place);
}

/** RE2 takes time in proportion to the text, whatever the expression; what would break that, it does not have. */
function regex(): Decoder<string> {
  const written = text({ charactersMax: limits.validRegexCharactersMax });
  return (input, place) => {
    const value = written(input, place);
    if (value === undefined) return undefined;
    if (/\(\?<?[=!]/.test(value)) return place.report('look-ahead and look-behind are not supported (RE2)');
    if (/(?<!\\)(?:\\\\)*\\[1-9]/.test(value)) return place.report('back-references are not supported (RE2)');
    return value;
  };
}

const isoText = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?Z?)?$/;

function edge(): Decoder<number | string> {
  return (input, place) => {
    if (typeof input === 'number' && Number.isFinite(input)) return input;
    if (typeof input === 'string' && isoText.test(input) && !Number.isNaN(Date.parse(input.slice(0, 10))))
      return input;
    return place.report(`must be a number, or a date such as 2001-01-31; is ${describe(input)}`);
  };
}

/**
 * What makes a column's value valid: all given conditions must hold. Nulls and missing values are neither valid nor
 * invalid. It gives the metrics `invalid_count(<label>)` and `invalid_percent(<label>)` of the column.
 */
export type ValidityRule = {
  readonly column: string;
  /** Allowed values, as text; other types compare the value that the text stands for. */
  readonly values?: readonly string[];
  /** A regular expression (RE2) that must match somewhere; anchor it to match the whole text. */
  readonly regex?: string;
  readonly format?: ValidFormat;
  /** Least and greatest allowed value: numbers, or ISO 8601 text for dates and timestamps. */
  readonly min?: number | string;
  readonly max?: number | string;
};

/** The formats that texts can be checked for. */
export const validFormats = [
  'email',
  'uuid',
  'url',
  'ipv4',
  'ipv6',
  'phone',
  'iso_date',
  'iso_datetime',
  'time',
  'integer',
  'decimal',
  'hex',
  'credit_card',
  'iban',
  'country_code',
  'currency_code',
  'language_code',
  'json',
] as const;

/** A format that texts can be checked for. */
export type ValidFormat = (typeof validFormats)[number];

/** What is valid, in a few words that tell the rules of a column apart: `format email`, `0 to 100`, `regex ^[A-Z]{3}$`. */
export function validityLabel(rule: ValidityRule): string {
  const { values, regex, format, min, max } = rule;
  const parts = [
    ...(format === undefined ? [] : [`format ${format}`]),
    ...(values === undefined ? [] : [`values ${values.join(' ')}`]),
    ...(regex === undefined ? [] : [`regex ${regex}`]),
    ...(min === undefined && max === undefined ? [] : [rangeText(min, max)]),
  ];
  const label = parts.join(', ');
  return label.length <= labelCharactersMax ? label : shortened(label);
}

const labelCharactersMax = 60;

/** The beginning of a label, and what tells it from others that begin alike (FNV-1a, 32 bits). */
function shortened(label: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < label.length; at += 1) hash = Math.imul(hash ^ label.charCodeAt(at), 0x01000193);
  return `${label.slice(0, labelCharactersMax - 10)}… ${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

function rangeText(min: number | string | undefined, max: number | string | undefined): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
}

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

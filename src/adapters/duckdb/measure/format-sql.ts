import { formatDefinitions } from '../../../core/metrics/texts/formats.ts';
import type { ValidFormat } from '../../../core/metrics/validity-rule.ts';
import { literal } from '../sql.ts';

/** Whether a text has a format, as an SQL expression over a VARCHAR: what `hasFormat` says, in RE2 and SQL. */
export function formatTest(format: ValidFormat, text: string): string {
  const { pattern, check } = formatDefinitions[format];
  const matches = `regexp_full_match(${text}, ${literal(pattern)})`;
  // CASE keeps what does not match from the second test, which could not read it.
  return check === undefined ? matches : `case when ${matches} then ${checks[check](text)} else false end`;
}

const checks: Readonly<Record<'luhn' | 'iban' | 'json', (text: string) => string>> = {
  luhn: (text) => {
    const digits = `list_transform(string_split(reverse(regexp_replace(${text}, '[^0-9]', '', 'g')), ''), lambda c: ascii(c) - 48)`;
    // Every second digit doubled, less nine where that has two digits.
    const sums = `lambda digit, place: case when place % 2 = 0 then digit * 2 % 10 + digit // 5 else digit end`;
    return `list_sum(list_transform(${digits}, ${sums})) % 10 = 0`;
  },
  iban: (text) => {
    const compact = `replace(${text}, ' ', '')`;
    const moved = `(substr(${compact}, 5) || left(${compact}, 4))`;
    const values = `list_transform(string_split(${moved}, ''), lambda c: case when ascii(c) < 65 then ascii(c) - 48 else ascii(c) - 55 end)`;
    return `list_reduce(${values}, lambda rest, value: (rest * (case when value < 10 then 10 else 100 end) + value) % 97) % 97 = 1`;
  },
  // DuckDB reads JSON more generously than the standard: with commas before a bracket, and NaN and infinities.
  json: (text) => {
    const string = `"(?:[^"\\\\\\x00-\\x1f]|\\\\["\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4})*"`;
    const bare = `regexp_replace(${text}, ${literal(string)}, '""', 'g')`;
    return `json_valid(${text}) and not regexp_matches(${bare}, ',[ \\t\\n\\r]*[}\\]]|[nN][aA]|[iI][nN]')`;
  },
};

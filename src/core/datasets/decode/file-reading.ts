import type { CsvOptions, FileFormat, FileReading } from '../provider-definition.ts';
import { type Decoder, describe, distinct, flag, itself, mapped, oneOf, text } from './decoder.ts';
import { object, optional } from './object.ts';
import type { Place } from './place.ts';

const fileFormats = ['csv', 'tsv', 'ndjson', 'json', 'parquet'] as const satisfies readonly FileFormat[];

/** Decodes `format: csv`. */
const fileFormatDecoder: Decoder<FileFormat> = oneOf(fileFormats);

const delimiter: Decoder<string> = (input, place) => {
  if (typeof input === 'string' && /^[^\r\n"]$/u.test(input)) return input;
  return place.report(`must be one character in quotes, such as ";" or "\\t"; is ${describe(input)}`);
};

/** Decodes `csv: {delimiter: ";", header: true, encoding: latin-1, null_values: ["NA"]}`. */
const csvDecoder: Decoder<CsvOptions> = mapped(
  object({
    delimiter: optional(delimiter),
    header: optional(flag),
    encoding: optional(oneOf(['utf-8', 'utf-16', 'latin-1'])),
    null_values: optional(distinct(text({ empty: true }), { keysOf: itself, what: 'value' })),
  }),
  ({ null_values: nullValues, ...csv }) => ({ ...csv, ...(nullValues === undefined ? {} : { nullValues }) }),
);

/** The keys that every provider of files has. */
export const fileReadingFields = { format: optional(fileFormatDecoder), csv: optional(csvDecoder) };

/** Reports options of CSV for another format. */
export function withFittingCsv<T extends FileReading>(provider: T, place: Place): T | undefined {
  const { csv, format } = provider;
  if (csv === undefined || format === undefined || format === 'csv' || format === 'tsv') return provider;
  return place.at('csv').report(`does not go with format: ${format}; remove one of them`);
}

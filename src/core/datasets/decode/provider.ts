import type { CsvOptions, FileFormat, ProviderDefinition } from '../definition.ts';
import { type Decoder, describe, distinct, flag, itself, mapped, oneOf, text } from './decoder.ts';
import { object, optional, required, tagged } from './object.ts';

const fileFormats = ['csv', 'tsv', 'ndjson', 'json', 'parquet'] as const satisfies readonly FileFormat[];

/** Decodes `format: csv`. */
export const fileFormatDecoder: Decoder<FileFormat> = oneOf(fileFormats);

const delimiter: Decoder<string> = (input, place) => {
  if (typeof input === 'string' && /^[^\r\n"]$/u.test(input)) return input;
  return place.report(`must be one character in quotes, such as ";" or "\\t"; is ${describe(input)}`);
};

/** Decodes `csv: {delimiter: ";", header: true, encoding: latin-1, null_values: ["NA"]}`. */
export const csvDecoder: Decoder<CsvOptions> = mapped(
  object({
    delimiter: optional(delimiter),
    header: optional(flag),
    encoding: optional(oneOf(['utf-8', 'utf-16', 'latin-1'])),
    null_values: optional(distinct(text({ empty: true }), { keysOf: itself, what: 'value' })),
  }),
  ({ null_values: nullValues, ...csv }) => ({ ...csv, ...(nullValues === undefined ? {} : { nullValues }) }),
);

const path: Decoder<string> = mapped(text({ charactersMax: 4_096 }), (value, place) => {
  const isAddress = /^[a-z][a-z0-9+.-]+:\/\//i.test(value);
  return isAddress ? place.report(`must be a path of local files, is ${describe(value)}`) : value;
});

/** Decodes `provider: {type: files, path: "data/*.parquet"}`. The path is taken as it is: it may be relative. */
export const providerDecoder: Decoder<ProviderDefinition> = tagged(
  'type',
  {
    files: mapped(
      object({
        type: required(oneOf(['files'])),
        path: required(path),
        format: optional(fileFormatDecoder),
        csv: optional(csvDecoder),
      }),
      (provider, place) => {
        const { csv, format } = provider;
        if (csv === undefined || format === undefined || format === 'csv' || format === 'tsv')
          return provider;
        return place.at('csv').report(`does not go with format: ${format}; remove one of them`);
      },
    ),
  },
  { later: ['http', 'https', 's3', 'postgres', 'postgresql', 'mysql', 'mariadb'] },
);

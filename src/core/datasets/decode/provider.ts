import type { FilesProviderDefinition, ProviderDefinition } from '../provider-definition.ts';
import { type Decoder, describe, mapped, oneOf, text } from './decoder.ts';
import { fileReadingFields, withFittingCsv } from './file-reading.ts';
import { object, required, tagged } from './object.ts';
import { httpDecoder, s3Decoder } from './remote-provider.ts';
import { mysqlDecoder, postgresDecoder, sqliteDecoder } from './table-provider.ts';

const path: Decoder<string> = mapped(text({ charactersMax: 4_096 }), (value, place) => {
  const isAddress = /^[a-z][a-z0-9+.-]+:\/\//i.test(value);
  return isAddress ? place.report(`must be a path of local files, is ${describe(value)}`) : value;
});

const filesDecoder: Decoder<FilesProviderDefinition> = mapped(
  object({ type: required(oneOf(['files'])), path: required(path), ...fileReadingFields }),
  withFittingCsv,
);

/** Decodes `provider: {type: files, path: "data/*.parquet"}`. A path of this machine is taken as it is: it may be relative. */
export const providerDecoder: Decoder<ProviderDefinition> = tagged<ProviderDefinition>('type', {
  files: filesDecoder,
  s3: s3Decoder,
  http: httpDecoder,
  postgres: postgresDecoder,
  mysql: mysqlDecoder,
  mariadb: mysqlDecoder,
  sqlite: sqliteDecoder,
});

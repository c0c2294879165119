import type { CsvOptions, FileReading, ProviderDefinition, SecretReference } from '../provider-definition.ts';
import { type PlainMap, present } from './plain.ts';
import { encodeSecret } from './secret.ts';

/** A provider with the keys of the YAML form. */
export function encodeProvider(provider: ProviderDefinition): PlainMap {
  switch (provider.type) {
    case 'files':
      return present({ type: provider.type, path: provider.path, ...encodeReading(provider) });
    case 's3':
      return present({
        type: provider.type,
        path: provider.path,
        region: provider.region,
        endpoint: provider.endpoint,
        access_key_id: optionalSecret(provider.accessKeyId),
        secret_access_key: optionalSecret(provider.secretAccessKey),
        session_token: optionalSecret(provider.sessionToken),
        ...encodeReading(provider),
      });
    case 'http': {
      const headers = Object.entries(provider.headers ?? {}).map(([name, secret]) => [
        name,
        encodeSecret(secret),
      ]);
      return present({
        type: provider.type,
        url: provider.url,
        headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
        ...encodeReading(provider),
      });
    }
    case 'postgres':
    case 'mysql': {
      const { type, url, table, query, updatedColumn } = provider;
      return present({ type, url: encodeSecret(url), table, query, updated_column: updatedColumn });
    }
    case 'sqlite': {
      const { type, path, table, query, updatedColumn } = provider;
      return present({ type, path, table, query, updated_column: updatedColumn });
    }
  }
}

function encodeReading({ format, csv }: FileReading) {
  return { format, csv: csv === undefined ? undefined : encodeCsv(csv) };
}

function encodeCsv({ nullValues, ...csv }: CsvOptions): PlainMap {
  return present({ ...csv, null_values: nullValues });
}

function optionalSecret(reference: SecretReference | undefined): string | undefined {
  return reference === undefined ? undefined : encodeSecret(reference);
}

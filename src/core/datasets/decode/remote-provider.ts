import type {
  HttpProviderDefinition,
  S3ProviderDefinition,
  SecretReference,
} from '../provider-definition.ts';
import { parseUrlTemplate } from '../url-template.ts';
import { type Decoder, describe, mapped, oneOf, text } from './decoder.ts';
import { fileReadingFields, withFittingCsv } from './file-reading.ts';
import { isMap, object, optional, required } from './object.ts';
import { secretDecoder } from './secret.ts';

const s3Path: Decoder<string> = mapped(text({ charactersMax: 4_096 }), (path, place) =>
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/.*)?$/s.test(path)
    ? path
    : place.report(
        `must be a bucket and a path in it, such as "s3://bucket/flights/*.parquet"; is ${describe(path)}`,
      ),
);

/** Addresses may hold a token, so that no message repeats one. */
const address: Decoder<string> = mapped(text({ charactersMax: 2_000 }), (given, place) => {
  const [, userInfo] = /^https?:\/\/([^/?#]*@)?[^/?#@\s]+(?:[/?#]\S*)?$/i.exec(given) ?? [undefined, null];
  if (userInfo === null) return place.report('must be an address that starts with https:// or http://');
  if (userInfo === undefined) return given;
  return place.report(
    'must not hold a user and password; write headers: {authorization: "${env:NAME}"} instead',
  );
});

/** Decodes `provider: {type: s3, path: "s3://bucket/prefix/*.parquet", region: eu-central-1}`. */
export const s3Decoder: Decoder<S3ProviderDefinition> = mapped(
  object({
    type: required(oneOf(['s3'])),
    path: required(s3Path),
    region: optional(text({ charactersMax: 100 })),
    endpoint: optional(address),
    access_key_id: optional(secretDecoder),
    secret_access_key: optional(secretDecoder),
    session_token: optional(secretDecoder),
    ...fileReadingFields,
  }),
  (given, place) => {
    const {
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
      session_token: sessionToken,
      ...rest
    } = given;
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
      return place.report('must have both access_key_id and secret_access_key, or neither');
    }
    // What a definition names may be anybody's server: it gets no request that the machine itself has signed.
    if (rest.endpoint !== undefined && accessKeyId === undefined) {
      return place.at('endpoint').report('goes with access_key_id and secret_access_key only');
    }
    return withFittingCsv(
      {
        ...rest,
        ...(accessKeyId === undefined ? {} : { accessKeyId }),
        ...(secretAccessKey === undefined ? {} : { secretAccessKey }),
        ...(sessionToken === undefined ? {} : { sessionToken }),
      },
      place,
    );
  },
);

const headersMax = 20;

const headers: Decoder<Readonly<Record<string, SecretReference>>> = (input, place) => {
  if (!isMap(input) || Object.keys(input).length > headersMax) {
    return place.report(`must be a map of up to ${headersMax} names of headers; is ${describe(input)}`);
  }
  const decoded: Record<string, SecretReference> = {};
  for (const [name, value] of Object.entries(input)) {
    if (!/^[A-Za-z0-9-]{1,100}$/.test(name)) return place.at(name).report('is not the name of a header');
    const reference = secretDecoder(value, place.at(name));
    if (reference === undefined) return undefined;
    decoded[name.toLowerCase()] = reference;
  }
  return decoded;
};

const urlTemplate: Decoder<string> = mapped(address, (given, place) => {
  const template = parseUrlTemplate(given);
  return 'problem' in template ? place.report(template.problem) : template.text;
});

/** Decodes `provider: {type: http, url: "https://example.org/{yyyy}/{MM}/{dd}.csv.gz"}`. */
export const httpDecoder: Decoder<HttpProviderDefinition> = mapped(
  object({
    type: required(oneOf(['http'])),
    url: required(urlTemplate),
    headers: optional(headers),
    ...fileReadingFields,
  }),
  withFittingCsv,
);

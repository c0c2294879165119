import type { NotifyDefinition, SecretReference } from '../definition.ts';
import { type Decoder, list, mapped, text } from './decoder.ts';
import { object, optional, required, variant } from './object.ts';

/** Decodes `${env:NAME}` and `${file:NAME}`. Anything else may be the secret itself, so no message repeats it. */
const secretDecoder: Decoder<SecretReference> = (input, place) => {
  const [, from, name] =
    (typeof input === 'string' && /^\$\{(env|file):([A-Za-z_][\w.-]*)\}$/.exec(input)) || [];
  if (name !== undefined && from === 'env') return { from: 'environment', name };
  if (name !== undefined && from === 'file') return { from: 'file', name };
  return place.report(
    'must not stand here in plain text; write a reference: "${env:NAME}" for the environment variable NAME, or "${file:NAME}" for the key NAME of the secrets file',
  );
};

const url: Decoder<string> = mapped(text({ charactersMax: 2_000 }), (address, place) => {
  const [, userInfo] = /^https?:\/\/([^/?#]*@)?[^/?#@\s]+(?:[/?#]\S*)?$/i.exec(address) ?? [undefined, null];
  // The text is not repeated: a part of it may be a token.
  if (userInfo === null) return place.report('must be an address that starts with https:// or http://');
  if (userInfo === undefined) return address;
  return place.report(
    'must not hold a user and password; sign deliveries with secret: "${env:NAME}" instead',
  );
});

const webhook: Decoder<NotifyDefinition> = mapped(
  object({ url: required(url), secret: optional(secretDecoder) }),
  (definition) => ({ type: 'webhook', ...definition }),
);

/** Decodes `notify: [{webhook: {url: …, secret: "${env:NAME}"}}]`. */
export const notifyDecoder: Decoder<readonly NotifyDefinition[]> = list(
  variant(
    { webhook: mapped(object({ webhook: required(webhook) }), (item) => item.webhook) },
    {
      example: '{webhook: {url: "https://…", secret: "${env:NAME}"}}',
      later: ['email', 'slack', 'teams', 'log'],
    },
  ),
);

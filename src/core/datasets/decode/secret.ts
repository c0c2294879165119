import type { SecretReference } from '../provider-definition.ts';
import type { Decoder } from './decoder.ts';

/** Decodes `${env:NAME}` and `${file:NAME}`. Anything else may be the secret itself, so no message repeats it. */
export const secretDecoder: Decoder<SecretReference> = (input, place) => {
  const [, from, name] =
    (typeof input === 'string' && /^\$\{(env|file):([A-Za-z_][\w.-]*)\}$/.exec(input)) || [];
  if (name !== undefined && from === 'env') return { from: 'environment', name };
  if (name !== undefined && from === 'file') return { from: 'file', name };
  return place.report(
    'must not stand here in plain text; write a reference: "${env:NAME}" for the environment variable NAME, or "${file:NAME}" for the key NAME of the secrets file',
  );
};

/** A reference as it stands in YAML: `${env:NAME}`. */
export function encodeSecret(reference: SecretReference): string {
  return `\${${reference.from === 'environment' ? 'env' : 'file'}:${reference.name}}`;
}

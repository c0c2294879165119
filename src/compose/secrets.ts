import { createSecrets } from '../adapters/system/secrets.ts';
import type { Secrets } from '../ports/secrets.ts';

/** Secrets of this process's environment and of the secrets file. */
export function secretsOf(config: { readonly secretsFile: string | undefined }): Secrets {
  return createSecrets({ environment: process.env, secretsFile: config.secretsFile });
}

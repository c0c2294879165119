import { join } from 'node:path';
import { createCredentials } from '../adapters/system/credentials.ts';
import { keepKeyFile } from '../adapters/system/key-file.ts';
import { FailureError } from '../base/errors.ts';
import { operatorKeyName } from '../base/operator-key.ts';
import type { AccessConfig } from '../config/access-config.ts';
import type { Database } from '../ports/database.ts';
import { Access } from '../services/access/access.ts';
import { apiKeyMark } from '../services/access/authenticator.ts';
import type { Kit } from '../services/kit.ts';

/** Access control of a process, and what its operator is to be told once. */
export type OpenedAccess = {
  readonly access: Access;
  /** Where the first administrator comes from, below the service's address; told this once, and for no log. */
  readonly setupPath?: string;
};

/**
 * Opens access control, with the operator's key where there is a directory for it; undefined where it is off. Rejects with
 * `OPERATOR_KEY_UNFIT`.
 */
export async function openAccess(
  kit: Kit,
  database: Database,
  config: { readonly access: AccessConfig; readonly dataDirectory: string | undefined },
): Promise<OpenedAccess | undefined> {
  const { mode, operatorKeyFile } = config.access;
  if (mode === 'off') {
    kit.log.warn('access control is off: whoever reaches the service may do everything');
    return undefined;
  }
  const credentials = createCredentials();
  const path = operatorKeyFile ?? (config.dataDirectory && join(config.dataDirectory, operatorKeyName));
  const key =
    path === undefined ? undefined : await keepKeyFile(path, () => apiKeyMark + credentials.token());
  if (key?.ok === false) throw new FailureError(key.error);
  const access = new Access(kit, {
    store: database.access,
    credentials,
    operatorDigest: key && credentials.digest(key.value),
  });
  // Whoever has made the key asks for the link with it.
  if (operatorKeyFile !== undefined) return { access };
  const token = await access.signIn.setupLink({ unlessAny: true });
  if (token === undefined && (await access.isSetUpNeeded()))
    kit.log.warn('nobody can administer yet: `assay admin-link` makes a new link');
  return token === undefined ? { access } : { access, setupPath: `/setup?token=${token}` };
}

/** What an operator is told who starts a service that nobody can administer yet. */
export function setupWords(url: string): string {
  return `Nobody can sign in yet. Make yourself the administrator, once and within three days:\n  ${url}\n`;
}

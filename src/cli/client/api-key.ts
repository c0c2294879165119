import { join, resolve } from 'node:path';
import { FailureError, failure } from '../../base/errors.ts';
import { operatorKeyName } from '../../base/operator-key.ts';
import type { CliDependencies } from '../dependencies.ts';

type Places = Pick<CliDependencies, 'environment' | 'workingDirectory' | 'readKey'>;

/**
 * The key that a service is asked with: of the file that was named, of ASSAY_API_KEY, or the operator's of the data
 * directory, which is sent to services of this machine alone. Undefined when there is none: the service says whether it
 * needs one.
 */
export async function apiKeyFor(
  { environment, workingDirectory, readKey }: Places,
  { url, file }: { readonly url: string; readonly file?: string | undefined },
): Promise<string | undefined> {
  if (file !== undefined) {
    const path = resolve(workingDirectory, file);
    const key = await readKey(path);
    if (!key.ok) throw new FailureError(key.error);
    if (key.value !== undefined) return key.value;
    throw new FailureError(
      failure('OPERATOR_KEY_UNFIT', `there is no file ${path}`, { where: '--api-key-file' }),
    );
  }
  const given = environment['ASSAY_API_KEY'];
  if (given !== undefined && given !== '') return given;
  if (!isThisMachine(url)) return undefined;
  const directory = resolve(workingDirectory, environment['ASSAY_DATA'] ?? 'assay-data');
  const key = await readKey(join(directory, operatorKeyName));
  // Somebody else's directory: whoever may not read it is not its operator, and is told so where it matters.
  return key.ok ? key.value : undefined;
}

function isThisMachine(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

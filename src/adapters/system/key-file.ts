import { chmod, link, open, rm, writeFile } from 'node:fs/promises';
import { failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { KiB } from '../../base/units.ts';

const bytesMax = 4 * KiB;

/** The key in a file that nobody else may read; undefined when there is no such file: `OPERATOR_KEY_UNFIT`. */
export async function readKeyFile(path: string): Promise<Outcome<string | undefined>> {
  try {
    await using file = await open(path, 'r');
    // Of the opened file, so that it can not be swapped in between.
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0) return unfit(path, 'is open to other users', `run: chmod 600 ${path}`);
    if (size > bytesMax) return unfit(path, 'holds more than a key');
    const key = (await file.readFile('utf8')).trim();
    return /^[\x21-\x7e]{20,200}$/.test(key) ? succeed(key) : unfit(path, 'holds no key');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return succeed(undefined);
    return unfit(path, 'can not be read', undefined, error);
  }
}

/** The key in a file; where there is none, `make` makes one, which is written for its owner alone. */
export async function keepKeyFile(path: string, make: () => string): Promise<Outcome<string>> {
  const known = await readKeyFile(path);
  if (!known.ok) return known;
  if (known.value !== undefined) return succeed(known.value);
  // Under its name it is whole from the first moment on, and whoever is second takes that of the first.
  const draft = `${path}.${process.pid}.draft`;
  try {
    await writeFile(draft, `${make()}\n`, { mode: 0o600 });
    await chmod(draft, 0o600);
    await link(draft, path).catch(unlessThere);
  } catch (error) {
    return unfit(path, 'can not be written', undefined, error);
  } finally {
    await rm(draft, { force: true });
  }
  const kept = await readKeyFile(path);
  if (!kept.ok) return kept;
  return kept.value === undefined ? unfit(path, 'can not be written') : succeed(kept.value);
}

function unlessThere(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
  throw error;
}

function unfit(path: string, what: string, hint?: string, cause?: unknown): Outcome<never> {
  return fail(failure('OPERATOR_KEY_UNFIT', `the file of a key ${path} ${what}`, { hint, cause }));
}

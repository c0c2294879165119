import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../../src/adapters/postgres/embedded/open.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { FailureError } from '../../src/base/errors.ts';
import type { Database } from '../../src/ports/database.ts';
import type { Log } from '../../src/ports/log.ts';

/** A throw-away embedded database in a directory of its own; disposing it closes it and removes the directory. */
export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly directory: string;
}

/**
 * Opens a fresh database. Making one takes seconds of CPU, so that it is made once for each state of the code that
 * makes it, kept in `node_modules/.cache`, and copied.
 */
export async function openTestDatabase(log: Log = silentLog): Promise<TestDatabase> {
  const template = await databaseTemplate();
  const directory = await mkdtemp(join(tmpdir(), 'assay-database-'));
  await cp(template, directory, { recursive: true });
  const database = await openAt(directory, log);
  return {
    database,
    directory,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Opens the embedded database of a directory, or throws what is in the way. */
export async function openAt(directory: string, log: Log = silentLog): Promise<Database> {
  // Real time, whatever clock a test gives to its services: it only watches for queries that hang.
  const opened = await openEmbeddedDatabase({ directory, clock: systemClock, log });
  if (!opened.ok) throw new FailureError(opened.error);
  return opened.value;
}

/** The directory of a closed, empty database with all its tables. Not to be opened: only copied. */
export async function databaseTemplate(): Promise<string> {
  const cache = join(import.meta.dirname, '../../node_modules/.cache/assay');
  const template = join(cache, `test-database-${await makersHash()}`);
  if (existsSync(template)) return template;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  const database = await openAt(draft);
  await database.close();
  // Another test process may have been first: then its template stands.
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }));
  return template;
}

/** Changes when the code that makes a database does. */
async function makersHash(): Promise<string> {
  const source = join(import.meta.dirname, '../../src/adapters/postgres');
  const migrations = (await readdir(join(source, 'migrations'))).map((name) => join('migrations', name));
  const hash = createHash('sha256');
  for (const file of ['migrate.ts', 'embedded/worker.ts', ...migrations.toSorted()]) {
    hash.update(await readFile(join(source, file)));
  }
  hash.update(await readFile(join(import.meta.dirname, '../../package-lock.json')));
  return hash.digest('hex').slice(0, 16);
}

const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLog,
};

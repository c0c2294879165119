import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { lockDirectory } from '../adapters/postgres/embedded/directory-lock.ts';
import { openEmbeddedDatabase } from '../adapters/postgres/embedded/open.ts';
import { openServerDatabase } from '../adapters/postgres/server/open.ts';
import { failure } from '../base/errors.ts';
import { fail, type Outcome, succeed } from '../base/outcome.ts';
import { type Config, dataFolders } from '../config/standalone-config.ts';
import type { Database } from '../ports/database.ts';
import type { Kit } from '../services/kit.ts';

/**
 * The embedded database or that of a server, with the data directory locked. A directory stays with the kind of database
 * that it was first used with: the other one knows nothing of its batches, and would have them swept away.
 */
export async function openDatabaseOf(config: Config, kit: Kit): Promise<Outcome<Database>> {
  const folders = dataFolders(config.dataDirectory);
  const url = config.databaseUrl;
  if (existsSync(folders.cluster)) {
    return fail(
      failure('REQUEST_INVALID', `${config.dataDirectory} was used by a whole cluster`, {
        hint: 'give `--cluster-of`, or another `--data`',
      }),
    );
  }
  if (existsSync(url === undefined ? folders.server : folders.database)) {
    return fail(
      failure('REQUEST_INVALID', `${config.dataDirectory} was used with another kind of database`, {
        hint:
          url === undefined
            ? 'its database is on a server: give `--database-url`, or another `--data`'
            : 'it holds an embedded database: give another `--data`, or no `--database-url`',
      }),
    );
  }
  if (url === undefined) return openEmbeddedDatabase({ directory: folders.database, ...kit });
  const isNew = !existsSync(folders.server);
  const lock = lockDirectory(folders.server);
  if (!lock.ok) return lock;
  const server = await openServerDatabase({ url, ...kit });
  if (!server.ok) {
    lock.value.release();
    // Nothing was kept here yet, so that the next start may be with any database.
    if (isNew) await rm(folders.server, { recursive: true });
    return server;
  }
  const close = async (): Promise<void> => {
    await server.value.close();
    lock.value.release();
  };
  return succeed({ ...server.value, close });
}

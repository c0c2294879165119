import { assert } from '../../base/assert.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { TableSource } from '../../ports/table-source.ts';
import { resolveAddress } from './address.ts';
import { PostgresConnection } from './connection.ts';
import { PostgresSession } from './session.ts';

/** Tables, views and queries of PostgreSQL servers, whose addresses are secrets. */
export function createPostgresSource(secrets: Secrets): TableSource {
  return {
    open: async (definition, wait) => {
      assert(definition.type === 'postgres', 'a PostgreSQL server is read by definitions of its own type');
      const address = await resolveAddress(secrets, definition.url);
      wait.signal.throwIfAborted();
      return new PostgresSession(await PostgresConnection.open(address, wait));
    },
  };
}

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createPostgresSource } from '../../../src/adapters/postgres-tables/source.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { createTableProvider } from '../../../src/adapters/tables/provider.ts';
import { documentedPartitions } from '../../support/documented-provider.ts';
import { startPostgres } from '../../support/postgres-server.ts';

it('the documented dataset of PostgreSQL is read as it stands', async () => {
  await using server = await startPostgres();
  const url = await server.createDatabase();
  await server.asSuperuser(
    url,
    `create schema sales; create table sales.orders (id int primary key, ordered_at timestamptz, updated_at timestamptz);
     insert into sales.orders values (1, '2001-01-01 10:00+00', now()), (2, '2001-01-02 10:00+00', now()), (3, '2001-01-02 11:00+00', now());
     grant usage on schema sales to public; grant select on sales.orders to public`,
  );
  const secrets = createSecrets({ environment: { WAREHOUSE_URL: url } });
  const columns = 'id ordered_at updated_at';
  assert.deepEqual(
    await documentedPartitions('postgres', createTableProvider(createPostgresSource(secrets)), {}),
    [
      ['2001-01-01', 1, columns],
      ['2001-01-02', 2, columns],
    ],
  );
});

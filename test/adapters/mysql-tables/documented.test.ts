import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMysqlSource } from '../../../src/adapters/mysql-tables/source.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { createTableProvider } from '../../../src/adapters/tables/provider.ts';
import { documentedPartitions } from '../../support/documented-provider.ts';
import { startMariadb } from '../../support/mariadb-server.ts';

describe('the documented example of a MariaDB table', () => {
  it('is read from listing to batches', async () => {
    await using server = await startMariadb();
    const address = await server.createDatabase();
    const database = new URL(address).pathname.slice(1);
    await server.asAdmin(
      address,
      'create table orders (id int primary key, ordered_at timestamp, changed_at timestamp, index (ordered_at))',
      "insert into orders values (1, '2001-01-01', '2001-01-01'), (2, '2001-01-02', '2001-01-03'), (3, '2001-01-02', '2001-01-02')",
    );
    const secrets = createSecrets({ environment: { SHOP_URL: address } });
    const read = await documentedPartitions('mariadb', createTableProvider(createMysqlSource(secrets)), {
      'shop.orders': `${database}.orders`,
    });
    assert.deepEqual(read, [
      ['2001-01-01', 1, 'id ordered_at changed_at'],
      ['2001-01-02', 2, 'id ordered_at changed_at'],
    ]);
  });
});

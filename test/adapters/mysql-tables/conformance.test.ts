import { after } from 'node:test';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import { providerConformance } from '../../conformance/provider.ts';
import { startMariadb } from '../../support/mariadb-server.ts';
import { readerOf } from './mysql-kit.ts';

const server = await startMariadb();
after(() => server[Symbol.asyncDispose]());

for (const [name, relation] of [
  ['a table', { table: 'orders' }],
  ['a view', { table: 'orders_view' }],
  ['a query', { query: 'select day, country, amount from portions where part <> "gone" -- all' }],
] as const) {
  providerConformance(`mysql, ${name}`, async () => {
    const address = await server.createDatabase();
    const columns = 'day date, country varchar(20), amount int';
    await server.asAdmin(
      address,
      `create table portions (part varchar(20) not null, ${columns}, index (day), index (country))`,
      'create view orders_view as select day, country, amount from portions',
      `create table orders (${columns}, index (day), index (country))`,
    );
    const reader = await readerOf(address, relation);
    const copy = ['delete from orders', 'insert into orders select day, country, amount from portions'];
    return {
      provider: reader.provider,
      define: (partition: PartitionRule) => reader.define(partition),
      put: async (portion, rows) => {
        const values = rows.map(
          ({ day, country, amount }) => `('${portion}', ${text(day)}, ${text(country)}, ${amount})`,
        );
        const remove = `delete from portions where part = '${portion}'`;
        await server.asAdmin(address, remove, `insert into portions values ${values.join(', ')}`, ...copy);
      },
      remove: async (portion) => {
        await server.asAdmin(address, `delete from portions where part = '${portion}'`, ...copy);
      },
      looked: () => undefined,
      [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
    };
  });
}

function text(value: string | null): string {
  return value === null ? 'null' : `'${value}'`;
}

import { providerConformance } from '../../conformance/provider.ts';
import { readerOf } from './sqlite-kit.ts';

const columns = 'day date, country text collate nocase, amount integer';

for (const [name, relation] of [
  ['a table', { table: 'orders' }],
  ['a query', { query: "select day, country, amount from portions where part <> 'gone' -- all" }],
] as const) {
  providerConformance(`sqlite, ${name}`, async () => {
    const reader = await readerOf(relation, [
      `create table portions (part text not null, ${columns}); create index by_day on portions (day)`,
      `create table orders (${columns})`,
    ]);
    const copy = 'delete from orders; insert into orders select day, country, amount from portions';
    return {
      provider: reader.provider,
      define: (partition) => reader.define(partition),
      put: async (portion, rows) => {
        const values = rows.map(
          ({ day, country, amount }) => `('${portion}', ${text(day)}, ${text(country)}, ${amount})`,
        );
        const remove = `delete from portions where part = '${portion}'`;
        reader.run(remove, `insert into portions values ${values.join(', ')}`, copy);
      },
      remove: async (portion) => {
        reader.run(`delete from portions where part = '${portion}'`, copy);
      },
      looked: () => undefined,
      [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
    };
  });
}

function text(value: string | null): string {
  return value === null ? 'null' : `'${value}'`;
}

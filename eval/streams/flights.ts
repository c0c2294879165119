import { join } from 'node:path';
import { literal } from '../../src/adapters/duckdb/sql.ts';
import { flightsFile } from '../../src/demo/flight-data.ts';
import { definitionOf, type RowStream, type StrikeColumns } from './stream.ts';

const columns: StrikeColumns = {
  numbers: ['delay', 'distance'],
  texts: ['origin', 'destination'],
  times: [],
  lettered: ['origin', 'destination'],
  categories: ['origin', 'destination'],
  tenant: 'origin',
};

function flights(of: { name: string; about: string; relation: string; date: string }): RowStream {
  const { name, about, relation, date } = of;
  return {
    name,
    about,
    definition: definitionOf({
      dataset: name,
      provider: { type: 'files', path: `/${name}` },
      partition: { column: 'date', by: 'day' },
      columns: [{ name: columns.tenant, segment: true }],
    }),
    load: async (connection) => {
      await connection.run(`
        create or replace table stream as
        select ${date} as date, delay, distance, origin, destination, strftime(${date}, '%Y-%m-%d') as __key
        from ${relation}`);
    },
    columns,
  };
}

/** US flights of the first half of 2001. */
export const flights3m = flights({
  name: 'flights-3m',
  about: 'US flights (vega-datasets), 182 days of about 16,500 rows',
  relation: `read_parquet(${literal(flightsFile())})`,
  date: 'date',
});

/** A sample of the same, 90 days. */
export const flights20k = flights({
  name: 'flights-20k',
  about: 'US flights, sampled, 90 days of about 220 rows',
  relation: `read_json(${literal(join(flightsFile(), '..', 'flights-20k.json'))}, columns = {
    date: 'VARCHAR', delay: 'BIGINT', distance: 'BIGINT', origin: 'VARCHAR', destination: 'VARCHAR' })`,
  date: "strptime(date, '%Y/%m/%d %H:%M')",
});

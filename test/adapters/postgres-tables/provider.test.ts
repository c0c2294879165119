import { after, before } from 'node:test';
import { createPostgresSource } from '../../../src/adapters/postgres-tables/source.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { createTableProvider } from '../../../src/adapters/tables/provider.ts';
import { MiB } from '../../../src/base/units.ts';
import type { RelationDefinition } from '../../../src/core/datasets/provider-definition.ts';
import { type ProviderRow, type ProviderSubject, providerConformance } from '../../conformance/provider.ts';
import { type PostgresServer, password, startPostgres } from '../../support/postgres-server.ts';
import { engineKit } from '../duckdb/engine-kit.ts';
import { definePostgres } from './define-postgres.ts';

const kit = engineKit();
let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(async () => {
  await kit[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

providerConformance('a table of PostgreSQL', () => subjectOf({ table: 'events' }));
providerConformance('a query of PostgreSQL', async () => {
  const query = 'select day, country, amount from events -- all of them\n; ';
  const subject = await subjectOf({ query });
  // Once is enough for what takes seconds.
  return { ...subject, huge: async () => undefined };
});

const rowsOfHuge = 300_000;

/** A table of which each portion is a table of its own. */
async function subjectOf(relation: RelationDefinition): Promise<ProviderSubject> {
  const url = await server.createDatabase();
  const run = (sql: string) => server.asSuperuser<Record<string, string>>(url, sql);
  await run('create table events (day date, country text, amount int)');
  await run('grant select on events to public');
  const wrong = new URL(url);
  wrong.password = 'wrong/secret';
  const environment = { SOURCE: url, WRONG: wrong.href };
  return {
    provider: createTableProvider(createPostgresSource(createSecrets({ environment }))),
    define: (partition) => definePostgres(relation, partition),
    put: async (name, rows) => {
      const values = rows.map(
        ({ day, country, amount }) => `(${literal(day)}, ${literal(country)}, ${amount})`,
      );
      await run(`drop table if exists "portion ${name}"`);
      await run(`create table "portion ${name}" () inherits (events)`);
      await run(`insert into "portion ${name}" values ${values.join(', ')}`);
    },
    remove: async (name) => void (await run(`drop table "portion ${name}"`)),
    looked: () => undefined,
    rowsOf: async (scan) => {
      const rows = (await kit.rowsOf(await kit.ingest(scan))) as readonly ProviderRow[];
      return rows.map(({ day, country, amount }) => ({ day, country, amount }));
    },
    huge: async () => {
      await run(
        `create unlogged table huge as select n, repeat('x', 1000) as t from generate_series(1, ${rowsOfHuge}) n`,
      );
      await run('grant select on huge to public');
      return {
        definition: definePostgres({ table: 'huge' }),
        bytesMin: 280 * MiB,
        lose: async () =>
          void (await run(
            `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'assay' and datname = current_database()`,
          )),
        change: async () => void (await run('update huge set n = -n where n < 1000')),
      };
    },
    silent: async () => definePostgres({ query: 'select 1 as n, pg_sleep(60)::text as t' }),
    refusing: async () => {
      await run('create table hidden (n int)');
      return [
        {
          definition: definePostgres({ table: 'events' }, undefined, {
            url: { from: 'environment', name: 'WRONG' },
          }),
          secret: 'wrong/secret',
        },
        { definition: definePostgres({ table: 'hidden' }), secret: password },
      ];
    },
    absent: async () => definePostgres({ table: 'sales."No such table"' }),
    atWork: async () => {
      const [row] = await run(
        `select count(*)::text as n from pg_stat_activity where application_name = 'assay' and datname = current_database()`,
      );
      return Number(row?.['n']);
    },
    [Symbol.asyncDispose]: async () => void (await run('drop table if exists huge')),
  };
}

function literal(value: string | null): string {
  return value === null ? 'null' : `'${value}'`;
}

import { after, before } from 'node:test';
import { createPostgresSource } from '../../../src/adapters/postgres-tables/source.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { createTableProvider } from '../../../src/adapters/tables/provider.ts';
import type { RelationDefinition } from '../../../src/core/datasets/provider-definition.ts';
import { type ProviderSubject, providerConformance } from '../../conformance/provider.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { definePostgres } from './define-postgres.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server[Symbol.asyncDispose]());

providerConformance('a table of PostgreSQL', () => subjectOf({ table: 'events' }));
providerConformance('a query of PostgreSQL', () =>
  subjectOf({ query: 'select day, country, amount from events -- all of them' }),
);

/** A table of which each portion is a table of its own. */
async function subjectOf(relation: RelationDefinition): Promise<ProviderSubject> {
  const url = await server.createDatabase();
  const run = (sql: string) => server.asSuperuser(url, sql);
  await run('create table events (day date, country text, amount int)');
  await run('grant select on events to public');
  const provider = createTableProvider(createPostgresSource(createSecrets({ environment: { SOURCE: url } })));
  return {
    provider,
    define: (partition) => definePostgres(relation, partition),
    put: async (name, rows) => {
      const values = rows.map(({ day, country, amount }) => `(${text(day)}, ${text(country)}, ${amount})`);
      await run(`drop table if exists "portion ${name}"`);
      await run(`create table "portion ${name}" () inherits (events)`);
      await run(`insert into "portion ${name}" values ${values.join(', ')}`);
    },
    remove: async (name) => void (await run(`drop table "portion ${name}"`)),
    looked: () => undefined,
    [Symbol.asyncDispose]: async () => {},
  };
}

function text(value: string | null): string {
  return value === null ? 'null' : `'${value}'`;
}

import { registryConformance } from '../../conformance/registry.ts';
import { openTestDatabase } from '../../support/embedded-database.ts';
import { openOnServer, startPostgres } from '../../support/postgres-server.ts';

registryConformance('embedded PostgreSQL', async () => {
  const opened = await openTestDatabase();
  return { registry: opened.database, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
});

registryConformance('a PostgreSQL server', async () => {
  const server = await startPostgres();
  const database = await openOnServer(await server.createDatabase());
  return {
    registry: database,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await server[Symbol.asyncDispose]();
    },
  };
});

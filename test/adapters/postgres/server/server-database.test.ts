import { databaseConformance } from '../../../conformance/database.ts';
import { openOnServer, startPostgres } from '../../../support/postgres-server.ts';

databaseConformance('server', async () => {
  const server = await startPostgres();
  const database = await openOnServer(await server.createDatabase());
  return {
    database,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await server[Symbol.asyncDispose]();
    },
  };
});

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { freePorts } from './free-ports.ts';
import { onFreePorts, type Supervise } from './on-free-ports.ts';
import { initialisePostgres, postgresAdmin, postgresPlan } from './postgres-server.ts';
import type { SupervisedProcess } from './supervised-process.ts';

/** The PostgreSQL server of the cluster, and the URL of Assay's database on it. */
export type DatabaseServer = { readonly server: SupervisedProcess; readonly url: string };

/** The user, and the database that belongs to it. */
const assay = 'assay';

/** Starts the server on the data that the directory holds, or on new ones, with the password that lies beside them. */
export async function startDatabaseServer(
  supervise: Supervise,
  options: {
    readonly directory: string;
    readonly logDirectory: string;
    readonly zone: string;
    readonly programs: string;
    readonly connectionsMax: number;
  },
): Promise<Outcome<DatabaseServer>> {
  const directory = join(options.directory, 'postgres');
  const password = passwordIn(options.directory);
  const made = await initialisePostgres(directory, {
    programs: options.programs,
    password,
    options: ['--locale=C'],
  });
  if (!made.ok) return made;
  return onFreePorts(async () => {
    const [port = 0] = await freePorts(1);
    const server = supervise(
      postgresPlan(
        {
          zone: options.zone,
          directory,
          port,
          logFile: join(options.logDirectory, 'postgres.log'),
          settings: [`max_connections=${options.connectionsMax}`],
        },
        options.programs,
      ),
    );
    const started = await server.start();
    const ready = started.ok ? await makeDatabase(port, password) : started;
    if (ready.ok) return succeed({ server, url: urlOf(assay, password, port) });
    await server.kill();
    return ready;
  });
}

function urlOf(name: string, password: string, port: number): string {
  return `postgres://${name}:${password}@127.0.0.1:${port}/${name === assay ? assay : 'postgres'}`;
}

/** The password of both users: made at the first start, readable by its owner alone. */
function passwordIn(directory: string): string {
  const path = join(directory, 'postgres-password');
  if (!existsSync(path)) {
    writeFileSync(`${path}.new`, randomBytes(24).toString('base64url'), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return readFileSync(path, 'utf8');
}

async function makeDatabase(port: number, password: string): Promise<Outcome<void>> {
  const client = new pg.Client({
    connectionString: urlOf(postgresAdmin, password, port),
    connectionTimeoutMillis: limits.databaseConnectTimeoutMs,
    query_timeout: limits.databaseQueryTimeoutMs,
  });
  // It would be thrown where nobody waits; whoever waits is told of the loss by the statement.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const has = async (table: string, column: string): Promise<boolean> =>
      (await client.query(`select from ${table} where ${column} = '${assay}'`)).rowCount !== 0;
    if (!(await has('pg_roles', 'rolname'))) {
      await client.query(`create role ${assay} login password '${password}'`);
    }
    if (!(await has('pg_database', 'datname'))) {
      await client.query(`create database ${assay} owner ${assay} template template0 encoding 'UTF8'`);
    }
    return succeed(undefined);
  } catch (error) {
    return fail(
      failure('PROCESS_FAILED', "Assay's database could not be made on the PostgreSQL server", {
        hint: 'see the cause; if the password file beside its data was lost, choose another directory',
        cause: error,
      }),
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

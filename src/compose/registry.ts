import type { DynamoCredentials } from '../adapters/dynamodb/client.ts';
import { openDynamoRegistry } from '../adapters/dynamodb/open.ts';
import { type Outcome, succeed } from '../base/outcome.ts';
import type { RegistryConfig } from '../config/registry-config.ts';
import type { Database } from '../ports/database.ts';
import type { RegistryPlace } from '../ports/registry-rows.ts';
import type { Kit } from '../services/kit.ts';
import { secretsOf } from './secrets.ts';

type RegistrySettings = { readonly registry: RegistryConfig; readonly secretsFile: string | undefined };

/**
 * A database with its registry, which may be elsewhere; it is closed with the database. Once a database was used with one
 * registry it takes no other: `REGISTRY_ELSEWHERE`. After a failure, which may be one of opening the registry, the database
 * is closed.
 */
export async function withRegistry<T extends Database>(
  kit: Kit,
  database: T,
  settings: RegistrySettings,
): Promise<Outcome<T>> {
  const whole = await opened(kit, database, settings);
  if (!whole.ok) await database.close();
  return whole;
}

async function opened<T extends Database>(
  kit: Kit,
  database: T,
  { registry: config, secretsFile }: RegistrySettings,
): Promise<Outcome<T>> {
  const claimed = await database.registryRows.claim(placeOf(config));
  if (!claimed.ok) return claimed;
  if (config.kind === 'postgres') return succeed(database);
  const { registryRows: rows, datasets: local } = database;
  const credentials = await credentialsOf(secretsFile);
  const registry = await openDynamoRegistry(config, { ...kit, rows, local, credentials });
  if (!registry.ok) return registry;
  const { datasets, schedules, close } = registry.value;
  return succeed({
    ...database,
    datasets,
    schedules,
    close: async () => {
      await database.close();
      close();
    },
  });
}

function placeOf(config: RegistryConfig): RegistryPlace {
  return config.kind === 'postgres' ? 'postgres' : `dynamodb:${config.table}?region=${config.region}`;
}

/** Keys that stand in the secrets file; without them the SDK looks where it always does. */
async function credentialsOf(secretsFile: string | undefined): Promise<DynamoCredentials | undefined> {
  if (secretsFile === undefined) return undefined;
  const secrets = secretsOf({ secretsFile });
  const [id, key, token] = await Promise.all(
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'].map((name) =>
      secrets.resolve({ from: 'file', name }),
    ),
  );
  if (id?.ok !== true || key?.ok !== true) return undefined;
  return {
    accessKeyId: id.value,
    secretAccessKey: key.value,
    ...(token?.ok === true ? { sessionToken: token.value } : {}),
  };
}

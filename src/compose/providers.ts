import { join } from 'node:path';
import { createLocalCopies } from '../adapters/directory/local-copies.ts';
import { createFilesProvider } from '../adapters/files/provider.ts';
import { createRemoteFilesProvider } from '../adapters/files/remote-provider.ts';
import { type AllowedAddresses, allowedAddresses } from '../adapters/http-files/allowed-addresses.ts';
import { createHttpSource } from '../adapters/http-files/source.ts';
import { createMysqlSource } from '../adapters/mysql-tables/source.ts';
import { createPostgresSource } from '../adapters/postgres-tables/source.ts';
import { createS3Source } from '../adapters/s3/s3-source.ts';
import { createSqliteSource } from '../adapters/sqlite-tables/source.ts';
import { createTableProvider } from '../adapters/tables/provider.ts';
import { FailureError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { ProviderType } from '../core/datasets/provider-definition.ts';
import type { Engine } from '../ports/engine.ts';
import type { Provider } from '../ports/provider.ts';
import type { Secrets } from '../ports/secrets.ts';
import { countedSource } from '../services/ingestion/counted-source.ts';
import type { ProviderOf } from '../services/ingestion/provider-of.ts';
import type { SourceGuard } from '../services/ingestion/source-guard.ts';
import type { Kit } from '../services/kit.ts';

/** Every provider that this build has, by the type that a definition names. */
export function createProviders({
  kit,
  engine,
  secrets,
  scratchDirectory,
  httpAllow,
  guard,
}: {
  readonly kit: Kit;
  readonly engine: Engine;
  readonly secrets: Secrets;
  /** This process's own: what was fetched is kept there for a while. */
  readonly scratchDirectory: string;
  /** Networks that are not public and may be read over HTTP all the same. */
  readonly httpAllow: readonly string[];
  readonly guard: SourceGuard;
}): ProviderOf {
  const copies = createLocalCopies({
    // Several of these may share the directory.
    directory: join(scratchDirectory, `source-copies-${kit.random.id()}`),
    bytesMax: limits.remoteCopiesBytesMax,
  });
  const regionDefault = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  const providers: Readonly<Record<ProviderType, Provider>> = {
    files: createFilesProvider(engine),
    s3: createRemoteFilesProvider({
      engine,
      copies,
      source: countedSource(createS3Source({ ...kit, secrets, regionDefault }), guard),
    }),
    http: createRemoteFilesProvider({
      engine,
      copies,
      source: countedSource(createHttpSource({ ...kit, secrets, allowed: allowedIn(httpAllow) }), guard),
    }),
    postgres: createTableProvider(createPostgresSource(secrets)),
    mysql: createTableProvider(createMysqlSource(secrets)),
    sqlite: createTableProvider(createSqliteSource()),
  };
  return ({ provider }) => providers[provider.type];
}

/** What they are was checked with the configuration. */
function allowedIn(networks: readonly string[]): AllowedAddresses {
  const allowed = allowedAddresses(networks);
  if (!allowed.ok) throw new FailureError(allowed.error);
  return allowed.value;
}

import { createFilesProvider } from '../adapters/files/provider.ts';
import { createMysqlSource } from '../adapters/mysql-tables/source.ts';
import { createTableProvider } from '../adapters/tables/provider.ts';
import { failure } from '../base/errors.ts';
import { fail } from '../base/outcome.ts';
import type { ProviderType } from '../core/datasets/provider-definition.ts';
import type { Engine } from '../ports/engine.ts';
import type { Provider } from '../ports/provider.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { ProviderOf } from '../services/ingestion/provider-of.ts';
import type { Kit } from '../services/kit.ts';

/** Every provider that this build has, by the type that a definition names. */
export function createProviders({
  engine,
  secrets,
}: {
  readonly kit: Kit;
  readonly engine: Engine;
  readonly secrets: Secrets;
}): ProviderOf {
  const providers: Readonly<Record<ProviderType, Provider>> = {
    files: createFilesProvider(engine),
    s3: missing('s3'),
    http: missing('http'),
    postgres: missing('postgres'),
    mysql: createTableProvider(createMysqlSource(secrets)),
    sqlite: missing('sqlite'),
  };
  return ({ provider }) => providers[provider.type];
}

function missing(type: ProviderType): Provider {
  const refuse = async () =>
    fail(failure('SOURCE_UNREADABLE', `this version has no provider of the type ${type} yet`));
  return { partitions: refuse, schema: refuse, fetch: refuse };
}

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { createPostgresSource } from '../../../src/adapters/postgres-tables/source.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { createTableProvider, type TableProviderOptions } from '../../../src/adapters/tables/provider.ts';
import type { Failure } from '../../../src/base/errors.ts';
import type { Outcome } from '../../../src/base/outcome.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import type { FilesScan, ListedPartition } from '../../../src/core/datasets/source.ts';
import type { IngestOutput } from '../../../src/ports/engine.ts';
import type { Listing, Provider } from '../../../src/ports/provider.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { type EngineKit, engineKit, generously } from '../duckdb/engine-kit.ts';

/** A database of a test's own, a provider that reads it as its owner, and an engine. */
export type PostgresSource = {
  readonly url: string;
  readonly provider: Provider;
  /** Statements as the superuser. */
  run<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>;
  providerWith(environment: Readonly<Record<string, string>>, options?: TableProviderOptions): Provider;
  list(definition: DatasetDefinition, known?: unknown, provider?: Provider): Promise<Listing>;
  fetch(definition: DatasetDefinition, listed: ListedPartition): Promise<Outcome<FilesScan>>;
  /** Lists, fetches and ingests one partition; by default the only one. */
  ingest(definition: DatasetDefinition, key?: string): Promise<IngestOutput>;
};

export type PostgresSources = AsyncDisposable & {
  readonly server: PostgresServer;
  readonly kit: EngineKit;
  create(): Promise<PostgresSource>;
};

/** A server and an engine for a test file. */
export async function postgresSources(): Promise<PostgresSources> {
  const [server, kit] = [await startPostgres(), engineKit()];
  return {
    server,
    kit,
    create: () => createSource(server, kit),
    [Symbol.asyncDispose]: async () => {
      await kit[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function createSource(server: PostgresServer, kit: EngineKit): Promise<PostgresSource> {
  const url = await server.createDatabase();
  const providerWith: PostgresSource['providerWith'] = (environment, options) =>
    createTableProvider(createPostgresSource(createSecrets({ environment })), options);
  const provider = providerWith({ SOURCE: url });
  const run: PostgresSource['run'] = (sql) => server.asSuperuser(url, sql);
  await run('alter default privileges in schema public grant select on tables to public');
  const list: PostgresSource['list'] = async (definition, known, by = provider) =>
    valueOf(await by.partitions({ definition, known, wait: generously() }));
  const fetch: PostgresSource['fetch'] = (definition, listed) => {
    const directory = mkdtempSync(join(kit.folder.path, 'fetched-'));
    return provider.fetch({ definition, listed, directory, wait: generously() });
  };
  return {
    url,
    provider,
    run,
    providerWith,
    list,
    fetch,
    ingest: async (definition, key) => {
      const { partitions } = await list(definition);
      const listed = partitions.find((one) => key === undefined || one.key === key);
      assert.ok(listed !== undefined);
      return await kit.ingest(valueOf(await fetch(definition, listed)), { rejectedPercentMax: 100 });
    },
  };
}

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) assert.fail(JSON.stringify(outcome.error));
  return outcome.value;
}

export function failureOf(outcome: Outcome<unknown>): Failure {
  if (outcome.ok) assert.fail(`it was done: ${JSON.stringify(outcome.value)}`);
  return outcome.error;
}

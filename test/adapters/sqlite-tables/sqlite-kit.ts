import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createSqliteSource } from '../../../src/adapters/sqlite-tables/source.ts';
import { createTableProvider, type TableProviderOptions } from '../../../src/adapters/tables/provider.ts';
import type { Outcome } from '../../../src/base/outcome.ts';
import { minute } from '../../../src/base/units.ts';
import type { DatasetDefinition, PartitionRule } from '../../../src/core/datasets/definition.ts';
import type {
  RelationDefinition,
  SqliteProviderDefinition,
} from '../../../src/core/datasets/provider-definition.ts';
import type { FilesScan, ListedPartition } from '../../../src/core/datasets/source.ts';
import type { FetchRequest, Provider, Wait } from '../../../src/ports/provider.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';
import { defineFiles } from '../files/define-files.ts';

/** An SQLite file with a provider that reads a relation of it. */
export type Reader = AsyncDisposable & {
  readonly path: string;
  readonly provider: Provider;
  /** Runs statements on the file. */
  run(...statements: readonly string[]): void;
  define(
    partition?: PartitionRule,
    more?: Pick<SqliteProviderDefinition, 'updatedColumn'>,
  ): DatasetDefinition;
  /** Lists partitions; fails the test unless it succeeds. */
  list(
    partition?: PartitionRule,
    more?: Pick<SqliteProviderDefinition, 'updatedColumn'>,
  ): Promise<readonly ListedPartition[]>;
  /** Fetches a partition as it was listed. */
  fetch(listed: ListedPartition, more?: Partial<FetchRequest>): Promise<Outcome<FilesScan>>;
};

/** Makes a file by statements. */
export async function readerOf(
  relation: RelationDefinition,
  statements: readonly string[],
  options: TableProviderOptions = {},
): Promise<Reader> {
  const files = await temporaryFiles();
  const path = join(files.directory, 'shop.db');
  const run: Reader['run'] = (...given) => {
    using database = new DatabaseSync(path);
    for (const statement of given) database.exec(statement);
  };
  run(...statements);
  const provider = createTableProvider(createSqliteSource(), options);
  const define: Reader['define'] = (partition = { kind: 'none' }, more = {}) => ({
    ...defineFiles('/nowhere', partition),
    provider: { type: 'sqlite', path, ...relation, ...more },
  });
  return {
    path,
    provider,
    run,
    define,
    list: async (partition, more) => {
      const request = { definition: define(partition, more), known: undefined, wait: patiently() };
      return valueOf(await provider.partitions(request)).partitions;
    },
    fetch: async (listed, more = {}) =>
      provider.fetch({
        definition: define(),
        listed,
        directory: await mkdtemp(join(files.directory, 'rows-')),
        wait: patiently(),
        ...more,
      }),
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

export function patiently(more: Partial<Wait> = {}): Wait {
  return { signal: new AbortController().signal, timeoutMs: minute, ...more };
}

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) assert.fail(JSON.stringify(outcome.error));
  return outcome.value;
}

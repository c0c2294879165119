import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMysqlSource } from '../../../src/adapters/mysql-tables/source.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { createTableProvider, type TableProviderOptions } from '../../../src/adapters/tables/provider.ts';
import type { Outcome } from '../../../src/base/outcome.ts';
import { minute } from '../../../src/base/units.ts';
import type { DatasetDefinition, PartitionRule } from '../../../src/core/datasets/definition.ts';
import type {
  MysqlProviderDefinition,
  RelationDefinition,
} from '../../../src/core/datasets/provider-definition.ts';
import type { FilesScan, ListedPartition } from '../../../src/core/datasets/source.ts';
import type { FetchRequest, Provider, Wait } from '../../../src/ports/provider.ts';
import { defineFiles } from '../files/define-files.ts';

/** A relation of a database with the provider that reads it; what is fetched lies in a directory of its own. */
export type Reader = AsyncDisposable & {
  readonly provider: Provider;
  define(partition?: PartitionRule, more?: Pick<MysqlProviderDefinition, 'updatedColumn'>): DatasetDefinition;
  /** Lists partitions; fails the test unless it succeeds. */
  list(
    partition?: PartitionRule,
    more?: Pick<MysqlProviderDefinition, 'updatedColumn'>,
  ): Promise<readonly ListedPartition[]>;
  /** Fetches a partition as it was listed. */
  fetch(listed: ListedPartition, more?: Partial<FetchRequest>): Promise<Outcome<FilesScan>>;
};

/** Reads a relation of the database behind an address, which an environment variable holds. */
export async function readerOf(
  address: string,
  relation: RelationDefinition,
  options: TableProviderOptions & { readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<Reader> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-mysql-'));
  const secrets = createSecrets({ environment: { SHOP: address, ...options.environment } });
  const provider = createTableProvider(createMysqlSource(secrets), options);
  const define: Reader['define'] = (partition = { kind: 'none' }, more = {}) => ({
    ...defineFiles('/nowhere', partition),
    provider: { type: 'mysql', url: { from: 'environment', name: 'SHOP' }, ...relation, ...more },
  });
  return {
    provider,
    define,
    list: async (partition, more) => {
      const request = { definition: define(partition, more), known: undefined, wait: patiently() };
      return valueOf(await provider.partitions(request)).partitions;
    },
    fetch: async (listed, more = {}) =>
      provider.fetch({
        definition: define(),
        listed,
        directory: await mkdtemp(join(directory, 'rows-')),
        wait: patiently(),
        ...more,
      }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

export function patiently(more: Partial<Wait> = {}): Wait {
  return { signal: new AbortController().signal, timeoutMs: minute, ...more };
}

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) assert.fail(JSON.stringify(outcome.error));
  return outcome.value;
}

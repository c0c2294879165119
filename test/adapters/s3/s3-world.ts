import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalCopies } from '../../../src/adapters/directory/local-copies.ts';
import { createRemoteFilesProvider } from '../../../src/adapters/files/remote-provider.ts';
import { createS3Source } from '../../../src/adapters/s3/s3-source.ts';
import type { Failure } from '../../../src/base/errors.ts';
import type { Outcome } from '../../../src/base/outcome.ts';
import { MiB, minute } from '../../../src/base/units.ts';
import type { DatasetDefinition, PartitionRule } from '../../../src/core/datasets/definition.ts';
import type { S3ProviderDefinition } from '../../../src/core/datasets/provider-definition.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Engine } from '../../../src/ports/engine.ts';
import type { FetchRequest, Listing, Provider } from '../../../src/ports/provider.ts';
import type { Secrets } from '../../../src/ports/secrets.ts';
import { testKit } from '../../support/kit.ts';
import { type S3Server, type S3ServerOptions, startS3Server } from '../../support/s3/s3-server.ts';
import { defineFiles } from '../files/define-files.ts';
import { createFakeEngine } from '../files/fake-engine.ts';

/** A store with a provider that reads it. Pauses take no time, and are counted. */
export type S3World = AsyncDisposable & {
  readonly server: S3Server;
  readonly provider: Provider;
  readonly root: string;
  /** Milliseconds of all pauses. */
  readonly pauses: number[];
  /** What secrets are; changed, it is what they are from then on. */
  readonly secrets: Record<string, string>;
  define(path: string, partition: PartitionRule, provider?: Partial<S3ProviderDefinition>): DatasetDefinition;
  list(definition: DatasetDefinition, known?: unknown): Promise<Listing>;
  /** The failure of a listing that must not succeed. */
  refusal(definition: DatasetDefinition): Promise<Failure>;
  /** Lists, and fetches the first partition; `meanwhile` happens in between. */
  fetchFirst(
    definition: DatasetDefinition,
    meanwhile?: () => Promise<void>,
    more?: Partial<FetchRequest>,
  ): ReturnType<Provider['fetch']>;
};

export async function createS3World(
  options: S3ServerOptions & { readonly engine?: Engine; readonly silenceMs?: number } = {},
): Promise<S3World> {
  const root = await mkdtemp(join(tmpdir(), 'assay-s3-world-'));
  const server = await startS3Server(options);
  const pauses: number[] = [];
  const kit = testKit();
  const clock: Clock = {
    now: () => kit.clock.now(),
    monotonicMs: () => kit.clock.monotonicMs(),
    sleep: async (durationMs) => void pauses.push(durationMs),
  };
  const secrets: Record<string, string> = { id: 'S3RVER', key: 'S3RVER' };
  const resolver: Secrets = {
    resolve: async ({ name }) => ({ ok: true, value: secrets[name] ?? '' }),
  };
  const provider = createRemoteFilesProvider({
    engine: options.engine ?? createFakeEngine(),
    source: createS3Source({ clock, random: kit.random, secrets: resolver, silenceMs: options.silenceMs }),
    copies: createLocalCopies({ directory: join(root, 'copies'), bytesMax: MiB }),
  });
  const wait = { signal: new AbortController().signal, timeoutMs: minute };
  let requests = 0;
  const define: S3World['define'] = (path, partition, more = {}) => ({
    ...defineFiles('', partition),
    provider: {
      type: 's3',
      path: `s3://bucket${path === '' ? '' : `/${path}`}`,
      endpoint: server.endpoint,
      accessKeyId: { from: 'environment', name: 'id' },
      secretAccessKey: { from: 'environment', name: 'key' },
      ...more,
    },
  });
  const list: S3World['list'] = async (definition, known) =>
    valueOf(await provider.partitions({ definition, known, wait }));
  return {
    server,
    provider,
    root,
    pauses,
    secrets,
    define,
    list,
    refusal: async (definition) => {
      const outcome = await provider.partitions({ definition, known: undefined, wait });
      assert.ok(!outcome.ok, 'it was listed');
      return outcome.error;
    },
    fetchFirst: async (definition, meanwhile, more = {}) => {
      const [listed] = (await list(definition)).partitions;
      assert.ok(listed);
      await meanwhile?.();
      const directory = join(root, `request-${++requests}`);
      await mkdir(directory);
      return await provider.fetch({ definition, listed, directory, wait, ...more });
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) assert.fail(JSON.stringify(outcome.error));
  return outcome.value;
}

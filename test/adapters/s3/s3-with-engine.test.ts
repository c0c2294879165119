import { open, rm } from 'node:fs/promises';
import { after } from 'node:test';
import { MiB } from '../../../src/base/units.ts';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import type { FilesScan } from '../../../src/core/datasets/source.ts';
import { type ProviderRow, providerConformance } from '../../conformance/provider.ts';
import { engineKit } from '../duckdb/engine-kit.ts';
import { writeLarge } from '../postgres/batches/batch-world.ts';
import { createS3World } from './s3-world.ts';

const kit = engineKit(2);
after(() => kit[Symbol.asyncDispose]());

const hugeBytes = 160 * MiB;

providerConformance('s3, read by DuckDB', async () => {
  const world = await createS3World({ engine: kit.engine });
  const { server } = world;
  let puts = 0;
  const none: PartitionRule = { kind: 'none' };
  return {
    provider: world.provider,
    define: (partition: PartitionRule) => world.define('data/*.ndjson', partition),
    put: (name: string, rows: readonly unknown[]) =>
      server.put(
        `data/${name}.ndjson`,
        `${rows.map((row) => JSON.stringify(row)).join('\n')}${'\n'.repeat(++puts)}`,
      ),
    remove: (name: string) => server.remove(`data/${name}.ndjson`),
    looked: () => undefined,
    rowsOf: async (scan: FilesScan) => {
      const rows = (await kit.rowsOf(await kit.ingest(scan))) as ProviderRow[];
      return rows.map(({ day, country, amount }) => ({ day, country, amount: Number(amount) }));
    },
    huge: async () => {
      await server.put('huge.csv', 'x\n');
      const path = server.fileOf('huge.csv');
      await rm(path);
      await writeLarge(path, hugeBytes);
      await rm(`${path}.md5`);
      return {
        definition: world.define('huge.csv', none),
        bytesMin: hugeBytes,
        lose: async () => {
          server.trouble = () => ({ resetAfterBytes: 0 });
          server.cut();
        },
        change: async () => {
          await using file = await open(path, 'r+');
          await file.write(Buffer.alloc(MiB), 0, MiB, hugeBytes - MiB);
          await rm(`${path}.md5`);
        },
      };
    },
    silent: async () => {
      server.trouble = () => ({ silent: true });
      return world.define('a.csv', none);
    },
    refusing: async () => {
      await server.put('a.csv', 'x\n');
      world.secrets['wrong'] = 'a wrong key';
      return [
        {
          definition: world.define('a.csv', none, {
            secretAccessKey: { from: 'environment', name: 'wrong' },
          }),
          secret: 'a wrong key',
        },
        {
          definition: world.define('a.csv', none, { accessKeyId: { from: 'environment', name: 'wrong' } }),
          secret: 'a wrong key',
        },
      ];
    },
    absent: async () => world.define('absent.csv', none),
    atWork: async () => server.atWork(),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});

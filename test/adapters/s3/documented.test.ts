import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createLocalCopies } from '../../../src/adapters/directory/local-copies.ts';
import { createRemoteFilesProvider } from '../../../src/adapters/files/remote-provider.ts';
import { createS3Source } from '../../../src/adapters/s3/s3-source.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { MiB } from '../../../src/base/units.ts';
import { readDefinition } from '../../../src/services/registry/read-definition.ts';
import { startS3Server } from '../../support/s3/s3-server.ts';
import { engineKit, generously, writeParquet } from '../duckdb/engine-kit.ts';
import { valueOf } from './s3-world.ts';

const kit = engineKit();
after(() => kit[Symbol.asyncDispose]());

/** The examples of the page that read a bucket. */
function examples(): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/providers.md'), 'utf8');
  return [...page.matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map(([, text = '']) => text)
    .filter((text) => text.includes('type: s3'));
}

describe('the documented example of a bucket', () => {
  it('is read from listing to batches', async () => {
    await using server = await startS3Server({ region: 'eu-central-1' });
    const [text = '', ...others] = examples();
    assert.deepEqual(others, []);
    for (const month of [1, 2]) {
      const path = join(kit.folder.path, `${month}.parquet`);
      await writeParquet(path, `select ${month} as id, 'x' as name from range(${10 * month})`);
      await server.put(`orders/year=2001/month=${month}/part-0.parquet`, readFileSync(path));
    }
    const definition = valueOf(
      readDefinition(text.replace('s3://shop-exports/', 's3://bucket/'), {
        file: 'providers.md',
        baseDirectory: '/',
      }),
    );
    assert.ok(definition.provider.type === 's3');
    const { endpoint } = server;
    const own = { ...definition, provider: { ...definition.provider, endpoint } };
    const secrets = createSecrets({
      environment: { SHOP_KEY_ID: 'S3RVER', SHOP_SECRET_KEY: 'S3RVER' },
      secretsFile: undefined,
    });
    const source = createS3Source({ clock: systemClock, random: kit.kit.random, secrets });
    const copies = createLocalCopies({ directory: join(kit.folder.path, 'copies'), bytesMax: MiB });
    const provider = createRemoteFilesProvider({ engine: kit.engine, source, copies });
    const wait = generously();
    const { partitions } = valueOf(await provider.partitions({ definition: own, known: undefined, wait }));
    const counts = [];
    for (const listed of partitions) {
      const directory = mkdtempSync(join(kit.folder.path, 'fetched-'));
      const scan = valueOf(await provider.fetch({ definition: own, listed, directory, wait }));
      const { rowCount, schema } = await kit.ingest(scan);
      counts.push([listed.key, rowCount, schema.map(({ name }) => name).join(' ')]);
    }
    assert.deepEqual(counts, [
      ['year=2001/month=01', 10, 'id name year month'],
      ['year=2001/month=02', 20, 'id name year month'],
    ]);
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { instant } from '../../../src/base/units.ts';
import { readDefinition } from '../../../src/services/registry/read-definition.ts';
import { startFileServer } from '../../support/file-server.ts';
import { fetched, hastyClock, httpSource, listed } from './http-world.ts';

it('reads the dataset of files over HTTP that the documentation shows', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/providers.md'), 'utf8');
  const [, yaml = ''] = /## Files over HTTP\n\n```yaml\n(.*?)```/s.exec(page) ?? [];
  await using server = await startFileServer();
  server.put('/sales/2001/01/31.csv.gz', 'packed');
  // The only change: a server of our own in the place of one that is not.
  const text = yaml.replace('https://exports.example.org', server.url);
  const read = readDefinition(text, { file: 'sales.yaml', baseDirectory: '/' });
  assert.ok(read.ok, JSON.stringify(read));
  const { limits } = read.value;
  assert.deepEqual(
    [limits.rejectedPercentMax, limits.sourceConcurrencyMax, limits.sourceBytesPerDay],
    [5, 4, 50_000_000_000],
  );
  const clock = { ...hastyClock, now: () => instant(Date.UTC(2001, 1, 2)) };
  const source = httpSource({ clock });
  const [file] = await listed(source, read.value);
  assert.deepEqual(file?.texts, ['2001-01-31']);
  assert.ok(file !== undefined);
  const outcome = await fetched(source, read.value, file);
  assert.ok(outcome.ok && outcome.value.toString() === 'packed');
  assert.ok(
    server.requests.every(({ headers }) => headers.authorization === 'value of EXPORTS_AUTHORIZATION'),
  );
});

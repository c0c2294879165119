import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import { providerConformance } from '../../conformance/provider.ts';
import { createS3World, valueOf } from './s3-world.ts';

providerConformance('s3', async () => {
  const world = await createS3World();
  let puts = 0;
  return {
    provider: world.provider,
    define: (partition: PartitionRule) => world.define('data/*.ndjson', partition),
    put: (name: string, rows: readonly unknown[]) =>
      world.server.put(
        `data/${name}.ndjson`,
        `${rows.map((row) => JSON.stringify(row)).join('\n')}${'\n'.repeat(++puts)}`,
      ),
    remove: (name: string) => world.server.remove(`data/${name}.ndjson`),
    looked: () => {
      const fetched = world.server.requests.splice(0).filter(({ key }) => key !== '');
      return [...new Set(fetched.map(({ key }) => key.slice('data/'.length, -'.ndjson'.length)))].toSorted();
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});

const none: PartitionRule = { kind: 'none' };

describe('paths of objects', () => {
  it('stand for one object, all below a prefix, or a glob', async () => {
    await using world = await createS3World();
    for (const key of [
      'a.csv',
      'b.csv',
      'c.tsv',
      'sub/d.csv',
      'sub/deep/e.csv',
      'subs/f.csv',
      '_tmp/g.csv',
    ]) {
      await world.server.put(key, 'x\n1\n');
    }
    const keysOf = async (path: string) => {
      const { partitions } = await world.list(world.define(path, none));
      const { scan } = partitions[0] ?? assert.fail();
      assert.ok(scan.kind === 'remote-files');
      return scan.files.map(({ name }) => name.slice('s3://bucket/'.length));
    };
    assert.deepEqual(await keysOf('a.csv'), ['a.csv']);
    assert.deepEqual(await keysOf('sub'), ['sub/d.csv', 'sub/deep/e.csv']);
    assert.deepEqual(await keysOf('sub/'), ['sub/d.csv', 'sub/deep/e.csv']);
    assert.deepEqual(await keysOf('*.csv'), ['a.csv', 'b.csv']);
    assert.deepEqual(await keysOf('**/*.csv'), [
      'a.csv',
      'b.csv',
      'sub/d.csv',
      'sub/deep/e.csv',
      'subs/f.csv',
    ]);
    assert.deepEqual(await keysOf('{sub/deep/e,a}.csv'), ['a.csv', 'sub/deep/e.csv']);
    assert.deepEqual(await keysOf('s*/[a-e].csv'), ['sub/d.csv']);
  });

  it('list only what begins like the path before its first wildcard', async () => {
    await using world = await createS3World();
    await world.server.put('logs/year=2001/month=1/a.csv', 'x\n1\n');
    await world.list(world.define('logs/year=2001/*/*.csv', { kind: 'path', keys: ['year', 'month'] }));
    assert.deepEqual(
      world.server.requests.map(({ query }) => query.get('prefix')),
      ['logs/year=2001/'],
    );
  });

  it('may hold characters of globs and any others, when there is such an object', async () => {
    await using world = await createS3World();
    const odd = 'a[1] +%41&ü?.csv';
    for (const key of [odd, 'a1.csv']) await world.server.put(key, 'x\n1\n');
    const scan = valueOf(await world.fetchFirst(world.define(odd, none)));
    assert.deepEqual(
      scan.files.map(({ origin }) => origin),
      [`s3://bucket/${odd}`],
    );
  });

  it('leave out directories that a console made', async () => {
    await using world = await createS3World();
    await world.server.put('data/', '');
    await world.server.put('data/a.csv', 'x\n1\n');
    const { partitions } = await world.list(world.define('data/', { kind: 'file' }));
    assert.deepEqual(
      partitions.map(({ key }) => key),
      ['a'],
    );
  });

  it('are followed beyond 1,000 keys', async () => {
    await using world = await createS3World();
    const keys = Array.from({ length: 1_203 }, (_, at) => `many/${String(at).padStart(4, '0')}.csv`);
    await world.server.put('many/first.csv', 'x\n');
    for (const key of keys.slice(1)) await writeFile(world.server.fileOf(key), '');
    const { partitions } = await world.list(world.define('many/*.csv', { kind: 'file' }));
    assert.equal(partitions.length, keys.length);
    assert.equal(world.server.requests.length, 2);
  });

  it('that match nothing are named', async () => {
    await using world = await createS3World();
    await world.server.put('data/readme.md', '');
    const missing = await world.refusal(world.define('dta/*.csv', none));
    assert.equal(missing.code, 'SOURCE_NOT_FOUND');
    assert.equal(missing.message, 'No object matches s3://bucket/dta/*.csv');
    const others = await world.refusal(world.define('data/*.csv', none));
    assert.match(others.hint ?? '', /^1 keys begin like it/);
    const format = await world.refusal(world.define('data/', none));
    assert.equal(format.code, 'SOURCE_FORMAT_UNKNOWN');
  });
});

describe('objects', () => {
  it('have their ETag in the fingerprint, so that one of the same size and time is another', async () => {
    await using world = await createS3World();
    const definition = world.define('a.csv', none);
    await world.server.put('a.csv', 'x\n1\n');
    const first = await world.list(definition);
    await world.server.put('a.csv', 'x\n2\n');
    const second = await world.list(definition);
    assert.notEqual(first.partitions[0]?.fingerprint, second.partitions[0]?.fingerprint);
  });

  it('of no bytes, of few and of many arrive whole', async () => {
    await using world = await createS3World();
    const texts = ['', 'x', 'some text\n'.repeat(4_000_000)];
    for (const [at, text] of texts.entries()) await world.server.put(`${at}.csv`, text);
    const progress: number[] = [];
    const scan = valueOf(
      await world.fetchFirst(world.define('*.csv', none), undefined, {
        onProgress: (fraction) => void progress.push(fraction),
      }),
    );
    for (const [at, { path }] of scan.files.entries()) {
      assert.ok((await readFile(path, 'utf8')) === texts[at], `object ${at}`);
    }
    assert.equal(progress.at(-1), 1);
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { createLocalCopies } from '../../../src/adapters/directory/local-copies.ts';
import { createFilesProvider } from '../../../src/adapters/files/provider.ts';
import { createRemoteFilesProvider } from '../../../src/adapters/files/remote-provider.ts';
import { parseDatasetName } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import type { Outcome } from '../../../src/base/outcome.ts';
import { MiB, minute } from '../../../src/base/units.ts';
import type { DatasetDefinition, PartitionRule } from '../../../src/core/datasets/definition.ts';
import type { FilesScan, ListedPartition } from '../../../src/core/datasets/source.ts';
import type { Listing } from '../../../src/ports/provider.ts';
import { providerConformance } from '../../conformance/provider.ts';
import { createDirectorySource } from '../../support/directory-source.ts';
import { defineFiles } from './define-files.ts';
import { createFakeEngine } from './fake-engine.ts';

providerConformance('files elsewhere', async () => {
  const world = await setUp();
  let written = 0;
  return {
    provider: world.provider,
    define: (partition: PartitionRule) => define('*.ndjson', partition),
    put: (name: string, rows: readonly unknown[]) =>
      world.write(
        `${name}.ndjson`,
        `${rows.map((row) => JSON.stringify(row)).join('\n')}${'\n'.repeat(++written)}`,
      ),
    remove: (name: string) => rm(join(world.remote, `${name}.ndjson`)),
    looked: () =>
      [...new Set(world.engine.opened.splice(0))].map((file) => basename(file, '.ndjson')).toSorted(),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});

/** A store with files by name, and a provider of them with room for copies of some bytes. */
async function setUp(options: { readonly copiesBytesMax?: number; readonly says?: 'tag' | 'nothing' } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'assay-remote-'));
  const remote = join(root, 'remote');
  await mkdir(remote);
  const engine = createFakeEngine();
  const source = createDirectorySource(remote, options);
  const copies = createLocalCopies({
    directory: join(root, 'copies'),
    bytesMax: options.copiesBytesMax ?? MiB,
  });
  let requests = 0;
  return {
    root,
    remote,
    engine,
    source,
    provider: createRemoteFilesProvider({ engine, source, copies }),
    write: async (name: string, text: string) => {
      await mkdir(dirname(join(remote, name)), { recursive: true });
      await writeFile(join(remote, name), text);
    },
    newDirectory: async () => {
      const directory = join(root, `request-${++requests}`);
      await mkdir(directory);
      return directory;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

type World = Awaited<ReturnType<typeof setUp>>;

function define(path: string, partition: PartitionRule): DatasetDefinition {
  assert.ok(parseDatasetName('test'));
  return { ...defineFiles('', partition), provider: { type: 's3', path: `s3://bucket/${path}` } };
}

const byDay: PartitionRule = { kind: 'time', column: 'day', by: 'day' };

function wait(signal = new AbortController().signal) {
  return { signal, timeoutMs: minute };
}

async function list(world: World, definition: DatasetDefinition, known?: unknown): Promise<Listing> {
  return valueOf(await world.provider.partitions({ definition, known, wait: wait() }));
}

async function fetched(
  world: World,
  definition: DatasetDefinition,
  listed: ListedPartition,
): Promise<Outcome<FilesScan>> {
  const directory = await world.newDirectory();
  return await world.provider.fetch({ definition, listed, directory, wait: wait() });
}

describe('files elsewhere', () => {
  it('are fetched for their partition, each under its own name, and say where they came from', async () => {
    await using world = await setUp();
    await world.write('day=1/x.ndjson', '{"day":"2001-01-01"}\n');
    await world.write('day=2/x.ndjson', '{"day":"2001-01-02"}\n');
    const definition = define('**/*.ndjson', { kind: 'none' });
    const { partitions } = await list(world, definition);
    assert.deepEqual(world.source.fetched, []);
    const [all] = partitions;
    assert.ok(all?.scan.kind === 'remote-files');
    const scan = valueOf(await fetched(world, definition, all));
    assert.deepEqual(
      scan.files.map(({ origin }) => origin),
      ['bucket/day=1/x.ndjson', 'bucket/day=2/x.ndjson'],
    );
    assert.deepEqual(
      scan.files.map(({ path }) => basename(path)),
      ['x.ndjson', 'x.ndjson'],
    );
    assert.deepEqual(scan.hiveKeys, ['day']);
    assert.deepEqual(await Promise.all(scan.files.map(({ path }) => readFile(path, 'utf8'))), [
      '{"day":"2001-01-01"}\n',
      '{"day":"2001-01-02"}\n',
    ]);
  });

  it('that were looked into are not fetched again to be read', async () => {
    await using world = await setUp();
    await world.write('a.ndjson', '{"day":"2001-01-01"}\n{"day":"2001-01-02"}\n');
    const definition = define('*.ndjson', byDay);
    const { partitions } = await list(world, definition);
    for (const listed of partitions) valueOf(await fetched(world, definition, listed));
    assert.deepEqual(world.source.fetched, ['a.ndjson']);
  });

  it('are fetched once for partitions that are read at the same time', async () => {
    await using world = await setUp();
    await world.write('a.ndjson', '{"day":"2001-01-01"}\n{"day":"2001-01-02"}\n');
    const definition = define('*.ndjson', byDay);
    const { partitions } = await list(world, definition);
    await world.provider.partitions({ definition: define('*', byDay), known: undefined, wait: wait() });
    world.source.fetched.length = 0;
    const again = await setUpOver(world);
    await Promise.all(
      [...partitions, ...partitions].map(async (listed) => valueOf(await fetched(again, definition, listed))),
    );
    assert.deepEqual(world.source.fetched, ['a.ndjson']);
  });

  it('tell all who wait for one of them what arrives', async () => {
    await using world = await setUp();
    await world.write('a.ndjson', '{"day":"2001-01-01"}\n{"day":"2001-01-02"}\n');
    const definition = define('*.ndjson', byDay);
    const { partitions } = await list(world, definition);
    const again = await setUpOver(world);
    const told = await Promise.all(
      partitions.map(async (listed) => {
        const fractions: number[] = [];
        const directory = await again.newDirectory();
        const onProgress = (fraction: number) => void fractions.push(fraction);
        valueOf(await again.provider.fetch({ definition, listed, directory, wait: wait(), onProgress }));
        return fractions;
      }),
    );
    assert.deepEqual(told, [
      [1, 1],
      [1, 1],
    ]);
  });

  it('that the copies have no room for stay with whoever reads them', async () => {
    await using world = await setUp({ copiesBytesMax: 0 });
    await world.write('a.ndjson', '{"day":"2001-01-01"}\n{"day":"2001-01-02"}\n');
    const definition = define('*.ndjson', byDay);
    const [first] = (await list(world, definition)).partitions;
    assert.ok(first);
    const scan = valueOf(await fetched(world, definition, first));
    assert.deepEqual(await readdir(join(world.root, 'copies')), []);
    assert.match(await readFile(scan.files[0]?.path ?? '', 'utf8'), /2001-01-02/);
  });

  it('that changed since they were listed are refused, and nothing of them is left', async () => {
    await using world = await setUp();
    await world.write('a.ndjson', '{"day":"2001-01-01"}\n');
    const definition = define('*.ndjson', { kind: 'none' });
    const [all] = (await list(world, definition)).partitions;
    assert.ok(all);
    await world.write('a.ndjson', '{"day":"2001-01-09"}\n');
    const directory = await world.newDirectory();
    const outcome = await world.provider.fetch({ definition, listed: all, directory, wait: wait() });
    assert.ok(!outcome.ok && outcome.error.code === 'SOURCE_CHANGED');
    assert.deepEqual(await readdir(directory), []);
  });

  it('are not fetched when the definition names another source by now', async () => {
    await using world = await setUp();
    await world.write('a.ndjson', '{"day":"2001-01-01"}\n');
    const definition = define('*.ndjson', { kind: 'none' });
    const [listed] = (await list(world, definition)).partitions;
    assert.ok(listed);
    const local = createFilesProvider(world.engine);
    const directory = await world.newDirectory();
    const elsewhere = await local.fetch({ definition, listed, directory, wait: wait() });
    assert.ok(!elsewhere.ok && elsewhere.error.code === 'SOURCE_CHANGED');
    const scan = { kind: 'files', format: 'csv', files: [], hiveKeys: [] } as const;
    const here = await fetched(world, definition, { ...listed, scan });
    assert.ok(!here.ok && here.error.code === 'SOURCE_CHANGED');
  });

  it('of which their store says nothing are looked into each time', async () => {
    await using world = await setUp({ says: 'nothing' });
    await world.write('a.ndjson', '{"day":"2001-01-01"}\n');
    const definition = define('*.ndjson', byDay);
    const first = await list(world, definition);
    await world.write('a.ndjson', '{"day":"2001-01-07"}\n');
    const second = await list(world, definition, first.remember);
    assert.deepEqual(
      second.partitions.map(({ key }) => key),
      ['2001-01-07'],
    );
  });

  it('tell their columns by no more bytes than that is worth', async () => {
    await using world = await setUp();
    const row = `{"day":"2001-01-01","text":"${'x'.repeat(limits.remoteDescribeBytesMax / 2)}"}\n`;
    for (const name of ['a', 'b', 'c']) await world.write(`${name}.ndjson`, row);
    const definition = define('*.ndjson', { kind: 'none' });
    const schema = valueOf(await world.provider.schema(definition, wait()));
    assert.deepEqual(
      schema.map(({ name }) => name),
      ['day', 'text'],
    );
    assert.equal(world.source.fetched.length, 1);
  });

  it('fail alone when one can not be read whose name says its time', async () => {
    await using world = await setUp();
    await world.write('2001-01-01.ndjson', '{"day":"2001-01-01"}\n');
    await world.write('2001-01-02.ndjson', 'broken');
    const { partitions } = await list(world, define('*.ndjson', byDay));
    assert.deepEqual(
      partitions.map(({ key }) => key),
      ['2001-01-01', '2001-01-02'],
    );
  });

  it('are waited for no longer than the request wants them', async () => {
    await using world = await setUp();
    await world.write('a.ndjson', '{"day":"2001-01-01"}\n');
    const definition = define('*.ndjson', byDay);
    const [day] = (await list(world, definition)).partitions;
    assert.ok(day);
    const again = await setUpOver(world);
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    world.source.beforeFetch = () => {
      begun.resolve();
      return goOn.promise;
    };
    const first = new AbortController();
    const second = new AbortController();
    const ask = async (signal: AbortSignal) =>
      again.provider.fetch({
        definition,
        listed: day,
        directory: await again.newDirectory(),
        wait: wait(signal),
      });
    const asked = [ask(first.signal), ask(second.signal), ask(new AbortController().signal)];
    await begun.promise;
    second.abort();
    const cancelled = await asked[1];
    assert.ok(cancelled?.ok === false && cancelled.error.code === 'TASK_CANCELLED');
    // The one that fetches for all is cancelled: the last one has to fetch by itself.
    first.abort();
    goOn.resolve();
    assert.ok((await asked[0])?.ok === false);
    valueOf(await (asked[2] ?? Promise.reject(new Error('not asked'))));
  });
});

/** The same store for another process: it has no copies yet. */
async function setUpOver(world: World): Promise<World> {
  const copies = createLocalCopies({ directory: join(world.root, 'other-copies'), bytesMax: MiB });
  const { engine, source } = world;
  return { ...world, provider: createRemoteFilesProvider({ engine, source, copies }) };
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) assert.fail(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}

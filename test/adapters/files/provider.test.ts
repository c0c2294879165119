import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { createFilesProvider } from '../../../src/adapters/files/provider.ts';
import { limits } from '../../../src/base/limits.ts';
import type { PartitionRule } from '../../../src/core/datasets/definition.ts';
import type { FilesProviderDefinition } from '../../../src/core/datasets/provider-definition.ts';
import type { FilesScan, ListedFiles, SourceScan } from '../../../src/core/datasets/source.ts';
import type { Listing } from '../../../src/ports/provider.ts';
import { providerConformance } from '../../conformance/provider.ts';
import { asNobody } from '../../support/as-nobody.ts';
import { defineFiles } from './define-files.ts';
import { createFakeEngine, type FakeEngine } from './fake-engine.ts';

providerConformance('files', () => createSubject(createFakeEngine()));
providerConformance('files, by an engine that does not tell files apart', () =>
  createSubject(createFakeEngine({ isPlain: true })),
);

async function createSubject(engine: FakeEngine) {
  const directory = await mkdtemp(join(tmpdir(), 'assay-files-'));
  const path = (name: string) => join(directory, `${name}.ndjson`);
  let written = 0;
  return {
    provider: createFilesProvider(engine),
    define: (partition: PartitionRule) => defineFiles(join(directory, '*.ndjson'), partition),
    put: async (name: string, rows: readonly unknown[]) => {
      await writeFile(path(name), rows.map((row) => JSON.stringify(row)).join('\n'));
      await utimes(path(name), 1_000, 1_000 + ++written);
    },
    remove: (name: string) => rm(path(name)),
    looked: () => [...new Set(engine.opened.splice(0))].map((file) => basename(file, '.ndjson')).toSorted(),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

/** A directory with these files, by relative path; a directory when the path ends in a slash. */
async function tree(files: readonly string[], text = '{"day":"2001-01-01"}\n') {
  const directory = await mkdtemp(join(tmpdir(), 'assay-files-'));
  for (const file of files) {
    const path = join(directory, file);
    await mkdir(file.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!file.endsWith('/')) await writeFile(path, text);
  }
  return {
    directory,
    engine: createFakeEngine(),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

type Tree = Awaited<ReturnType<typeof tree>>;

async function partitions(
  { directory, engine }: Tree,
  path: string,
  partition: PartitionRule,
  provider: Partial<FilesProviderDefinition> & { known?: unknown } = {},
) {
  const { known, ...rest } = provider;
  return await createFilesProvider(engine).partitions({
    definition: defineFiles(join(directory, path), partition, rest),
    known,
    wait: { signal: new AbortController().signal, timeoutMs: 60_000 },
  });
}

async function list(
  ...[subject, path, partition, provider]: Parameters<typeof partitions>
): Promise<ListingOfFiles> {
  const outcome = await partitions(subject, path, partition, provider);
  if (!outcome.ok) assert.fail(`${outcome.error.code}: ${outcome.error.message}`);
  const { partitions: listed, remember } = outcome.value;
  return { partitions: listed.map((one) => ({ ...one, scan: filesScan(one.scan) })), remember };
}

type ListingOfFiles = Omit<Listing, 'partitions'> & { readonly partitions: readonly ListedFiles[] };

function filesScan(scan: SourceScan): FilesScan {
  assert.ok(scan.kind === 'files');
  return scan;
}

/** Keys with the relative paths of their files. */
async function filesByKey(...[subject, path, partition, provider]: Parameters<typeof partitions>) {
  const listing = await list(subject, path, partition, provider);
  return listing.partitions.map(({ key, scan }) => [
    key,
    ...scan.files.map((file) => file.path.slice(subject.directory.length + 1)),
  ]);
}

async function filesOf(subject: Tree, path: string): Promise<readonly string[]> {
  const [first] = await filesByKey(subject, path, { kind: 'none' });
  return first?.slice(1) ?? [];
}

const none: PartitionRule = { kind: 'none' };
const byFile: PartitionRule = { kind: 'file' };

describe('paths of files', () => {
  it('stand for one file, a directory with all below it, or a glob', async () => {
    await using subject = await tree(['a.csv', 'b.csv', 'c.tsv', 'sub/d.csv', 'sub/deep/e.csv']);
    assert.deepEqual(await filesOf(subject, 'a.csv'), ['a.csv']);
    assert.deepEqual(await filesOf(subject, 'sub'), ['sub/d.csv', 'sub/deep/e.csv']);
    assert.deepEqual(await filesOf(subject, '*.csv'), ['a.csv', 'b.csv']);
    assert.deepEqual(await filesOf(subject, '**/*.csv'), ['a.csv', 'b.csv', 'sub/d.csv', 'sub/deep/e.csv']);
    assert.deepEqual(await filesOf(subject, 'sub/**/e.csv'), ['sub/deep/e.csv']);
    assert.deepEqual(await filesOf(subject, '{a,c}*.{csv,json}'), ['a.csv']);
    assert.deepEqual(await filesOf(subject, '{sub/d,a}.csv'), ['a.csv', 'sub/d.csv']);
    assert.deepEqual(await filesOf(subject, '?.csv'), ['a.csv', 'b.csv']);
    assert.deepEqual(await filesOf(subject, '[!a]*.csv'), ['b.csv']);
    assert.deepEqual(await filesOf(subject, '[b-z].csv'), ['b.csv']);
    assert.deepEqual(await filesOf(subject, 'sub/**'), ['sub/d.csv', 'sub/deep/e.csv']);
  });

  it('may hold characters of globs, when such a file exists', async () => {
    await using subject = await tree(['a[1].csv', 'a1.csv', '{x}.csv', 'st*r.csv', 'star.csv']);
    assert.deepEqual(await filesOf(subject, 'a[1].csv'), ['a[1].csv']);
    assert.deepEqual(await filesOf(subject, '{x}.csv'), ['{x}.csv']);
    assert.deepEqual(await filesOf(subject, 'st\\*?.csv'), ['st*r.csv']);
  });

  it('leave out hidden and half-written files, and in a directory all that is no data', async () => {
    await using subject = await tree([
      'a.csv',
      '.b.csv',
      '_c.csv',
      '_tmp/d.csv',
      '.git/e.csv',
      'README.md',
      '_SUCCESS',
    ]);
    assert.deepEqual(await filesOf(subject, '.'), ['a.csv']);
    assert.deepEqual(await filesOf(subject, '**/*.csv'), ['a.csv']);
    assert.deepEqual(await filesOf(subject, '*'), ['a.csv']);
    assert.deepEqual(await filesOf(subject, '_c*.csv'), ['_c.csv']);
  });

  it('follow links, each directory once, so that loops end', async () => {
    await using subject = await tree(['data/a.csv', 'data/sub/b.csv', 'elsewhere/c.csv']);
    const link = (target: string, path: string) =>
      symlink(join(subject.directory, target), join(subject.directory, path));
    await link('data', 'data/loop');
    await link('data/sub', 'data/again');
    await link('elsewhere', 'data/linked');
    await link('data/a.csv', 'data/twin.csv');
    await link('nowhere', 'data/dangling.csv');
    const files = ['data/a.csv', 'data/linked/c.csv', 'data/sub/b.csv', 'data/twin.csv'];
    assert.deepEqual(await filesOf(subject, 'data'), files);
    assert.deepEqual(await filesOf(subject, 'data/**/**/*.csv'), files);
  });

  it('take no time that grows without bound in a hostile pattern', async () => {
    await using subject = await tree([`${'a'.repeat(200)}.csv`]);
    const outcome = await partitions(subject, `${'*a'.repeat(60)}b.csv`, none);
    assert.ok(!outcome.ok && outcome.error.code === 'SOURCE_NOT_FOUND');
    const braces = await partitions(subject, `${'{a,b}'.repeat(30)}.csv`, none);
    assert.ok(!braces.ok && braces.error.code === 'SOURCE_LIMIT');
  });

  it('that match nothing are named, with the nearest directory that exists', async () => {
    await using subject = await tree(['data/a.csv', 'empty/']);
    for (const path of ['data/none/x-*.csv', 'data/none/x.csv', 'data/none/{a,b}/**']) {
      const outcome = await partitions(subject, path, none);
      assert.ok(!outcome.ok && outcome.error.code === 'SOURCE_NOT_FOUND');
      assert.ok(outcome.error.message.includes(path));
      assert.equal(
        outcome.error.hint,
        `The nearest directory that exists is ${join(subject.directory, 'data')}`,
      );
    }
    const empty = await partitions(subject, 'empty', none);
    assert.ok(!empty.ok && empty.error.code === 'SOURCE_NOT_FOUND');
    assert.match(empty.error.hint ?? '', /no file in it/);
  });
});

describe('forbidden files', () => {
  it('are named, not passed over', async () => {
    await using subject = await tree(['open/a.csv', 'open/closed/b.csv']);
    await chmod(subject.directory, 0o755);
    await chmod(join(subject.directory, 'open/closed'), 0);
    for (const path of ['open', 'open/**/*.csv', 'open/closed/*.csv', 'open/closed/b.csv']) {
      const outcome = await asNobody(() => partitions(subject, path, none));
      assert.ok(!outcome.ok && outcome.error.code === 'SOURCE_UNREADABLE', path);
      assert.match(outcome.error.message, /may not read .*\/closed/);
    }
    assert.equal((await asNobody(() => list(subject, 'open/*.csv', none))).partitions.length, 1);
    await chmod(join(subject.directory, 'open/closed'), 0o700);
  });
});

describe('formats of files', () => {
  it('follow from their names, whatever the compression', async () => {
    const names = {
      'a.csv': 'csv',
      'b.TSV.gz': 'tsv',
      'c.jsonl.zst': 'ndjson',
      'd.ndjson': 'ndjson',
      'e.json': 'json',
      'f.parquet': 'parquet',
    };
    await using subject = await tree(Object.keys(names));
    for (const [name, format] of Object.entries(names)) {
      const listing = await list(subject, name, none);
      assert.equal(listing.partitions[0]?.scan.format, format);
    }
  });

  it('that are unknown or mixed are refused', async () => {
    await using subject = await tree(['a.csv', 'b.json', 'c.dat', 'd.parquet.gz']);
    for (const path of ['c.dat', '*.dat', 'd.parquet.gz', '*.{csv,json}', '*', 'c*']) {
      const outcome = await partitions(subject, path, none);
      assert.ok(!outcome.ok && outcome.error.code === 'SOURCE_FORMAT_UNKNOWN', path);
    }
    const mixed = await partitions(subject, '*', none);
    assert.match(mixed.ok ? '' : mixed.error.message, /1 of csv, 1 of json/);
  });

  it('are as the owner says', async () => {
    await using subject = await tree(['c.dat']);
    const listing = await list(subject, '*.dat', none, { format: 'csv', csv: { delimiter: ';' } });
    assert.equal(listing.partitions[0]?.scan.format, 'csv');
    assert.deepEqual(listing.partitions[0]?.scan.csv, { delimiter: ';' });
  });
});

describe('partitions by file', () => {
  it('are known by what the wildcards stand for', async () => {
    await using subject = await tree(['flights-2001-01.csv', 'flights-2001-2.csv', 'flights-old.csv']);
    assert.deepEqual(await filesByKey(subject, 'flights-*.csv', byFile), [
      ['2001-01', 'flights-2001-01.csv'],
      ['2001-02', 'flights-2001-2.csv'],
      ['old', 'flights-old.csv'],
    ]);
    assert.deepEqual(await filesByKey(subject, 'flights-*-*.csv', byFile), [
      ['2001-01', 'flights-2001-01.csv'],
      ['2001-02', 'flights-2001-2.csv'],
    ]);
    assert.deepEqual(await filesByKey(subject, 'flights-{old,2001-01}.csv', byFile), [
      ['2001-01', 'flights-2001-01.csv'],
      ['old', 'flights-old.csv'],
    ]);
  });

  it('are known by several directories, or by their name without extensions', async () => {
    await using subject = await tree(['2001/1/x.csv.gz', '2001/11/x.csv.gz']);
    const files = ['2001/1/x.csv.gz', '2001/11/x.csv.gz'] as const;
    assert.deepEqual(await filesByKey(subject, '*/*/x.csv.gz', byFile), [
      ['2001/01', files[0]],
      ['2001/11', files[1]],
    ]);
    assert.deepEqual(await filesByKey(subject, '**/*.csv.gz', byFile), [
      ['2001/01/x', files[0]],
      ['2001/11/x', files[1]],
    ]);
    assert.deepEqual(await filesByKey(subject, '.', byFile), [
      ['2001/01/x', files[0]],
      ['2001/11/x', files[1]],
    ]);
    assert.deepEqual(await filesByKey(subject, '2001/11/x.csv.gz', byFile), [['x', files[1]]]);
  });

  it('of the same key are an error that names both files', async () => {
    await using subject = await tree(['a.csv', 'a.csv.gz']);
    const outcome = await partitions(subject, '.', byFile);
    assert.ok(!outcome.ok && outcome.error.code === 'PARTITION_COLUMN_UNFIT');
    assert.match(outcome.error.message, /a\.csv and .*a\.csv\.gz/);
  });

  it('never open a file', async () => {
    await using subject = await tree(['a.ndjson', 'b.ndjson']);
    await list(subject, '*.ndjson', byFile);
    assert.deepEqual(subject.engine.opened, []);
  });
});

describe('partitions by path', () => {
  const byMonth: PartitionRule = { kind: 'path', keys: ['year', 'month'] };

  it('gather the files of their directories and sort in time order', async () => {
    await using subject = await tree([
      'year=2001/month=10/a.csv',
      'year=2001/month=2/a.csv',
      'year=2001/month=2/b.csv',
      'year=2001/month=02/c.csv',
    ]);
    assert.deepEqual(await filesByKey(subject, '.', byMonth), [
      [
        'year=2001/month=02',
        'year=2001/month=02/c.csv',
        'year=2001/month=2/a.csv',
        'year=2001/month=2/b.csv',
      ],
      ['year=2001/month=10', 'year=2001/month=10/a.csv'],
    ]);
  });

  it('carry all keys of the path as columns, decoded, null where Hive says so', async () => {
    await using subject = await tree([
      'country=a%2Fb/kind=x/a.csv',
      'country=__HIVE_DEFAULT_PARTITION__/kind=y/a.csv',
      'country=100%/kind=z/a.csv',
    ]);
    const listing = await list(subject, '**/*.csv', { kind: 'path', keys: ['country'] });
    assert.deepEqual(
      listing.partitions.map(({ key }) => key),
      ['country=%null', 'country=100%25', 'country=a%2Fb'],
    );
    for (const { scan } of listing.partitions) assert.deepEqual(scan.hiveKeys, ['country', 'kind']);
  });

  it('are refused when a file has no such key', async () => {
    await using subject = await tree(['year=2001/month=1/a.csv', 'year=2001/b.csv']);
    const outcome = await partitions(subject, '.', byMonth);
    assert.ok(!outcome.ok && outcome.error.code === 'COLUMN_NOT_FOUND');
    assert.ok(outcome.error.where?.endsWith('year=2001/b.csv'));
    const misspelt = await partitions(subject, '.', { kind: 'path', keys: ['yaer'] });
    assert.match(misspelt.ok ? '' : misspelt.error.message, /did you mean “year”/);
  });
});

describe('partitions by rows', () => {
  const byDay: PartitionRule = { kind: 'time', column: 'day', by: 'day' };

  it('read only the files that hold rows of them, by a filter', async () => {
    await using subject = await tree(['a.ndjson'], '{"day":"2001-01-01"}\n{"day":"2001-01-02"}\n');
    await writeFile(join(subject.directory, 'b.ndjson'), '{"day":"2001-01-02"}\n');
    const listing = await list(subject, '*.ndjson', byDay);
    assert.deepEqual(
      listing.partitions.map(({ scan }) => [scan.files.length, scan.filter]),
      [
        [1, { kind: 'time', column: 'day', by: 'day', key: '2001-01-01' }],
        [2, { kind: 'time', column: 'day', by: 'day', key: '2001-01-02' }],
      ],
    );
    const byValue = await list(subject, 'a.ndjson', { kind: 'columns', columns: ['day'] });
    assert.deepEqual(byValue.partitions[0]?.scan.filter, { kind: 'columns', values: { day: '2001-01-01' } });
  });

  it('know their size only when their files hold nothing else', async () => {
    await using subject = await tree(['a.ndjson'], '{"day":"2001-01-01"}\n{"day":"2001-01-02"}\n');
    await writeFile(join(subject.directory, 'b.ndjson'), '{"day":"2001-01-03"}\n');
    const listing = await list(subject, '*.ndjson', byDay);
    assert.deepEqual(
      listing.partitions.map(({ sizeBytes }) => sizeBytes),
      [undefined, undefined, 21],
    );
  });

  it('accept a column of texts that are dates, and refuse one of other texts', async () => {
    await using subject = await tree(['a.ndjson'], '{"at":"2001-01-01","name":"x"}\n');
    const listing = await list(subject, 'a.ndjson', { ...byDay, column: 'at' });
    assert.deepEqual(
      listing.partitions.map(({ key }) => key),
      ['2001-01-01'],
    );
    const outcome = await partitions(subject, 'a.ndjson', { ...byDay, column: 'name' });
    assert.ok(!outcome.ok && outcome.error.code === 'PARTITION_COLUMN_UNFIT');
    assert.deepEqual(outcome.error.causes, ['Conversion Error']);
  });

  it('leave empty files out without opening them', async () => {
    await using subject = await tree(['a.ndjson'], '');
    const listing = await list(subject, '*.ndjson', byDay);
    assert.deepEqual([listing.partitions, subject.engine.opened], [[], []]);
  });

  it('fail alone when the name of a broken file says its time, and are looked at again', async () => {
    await using subject = await tree(['flights-2001-01-01.ndjson', 'flights-2001-01-03.ndjson']);
    const broken = join(subject.directory, 'flights-2001-01-02.ndjson');
    await writeFile(broken, 'broken');
    const listing = await list(subject, '*.ndjson', byDay);
    assert.deepEqual(
      listing.partitions.map(({ key, scan }) => [key, scan.files.length]),
      [
        ['2001-01-01', 2],
        ['2001-01-02', 1],
      ],
    );
    const byMonth = await list(subject, '*.ndjson', { ...byDay, by: 'month' });
    assert.deepEqual(
      byMonth.partitions.map(({ key, scan }) => [key, scan.files.length]),
      [['2001-01', 3]],
    );
    subject.engine.opened.length = 0;
    await writeFile(broken, '{"day":"2001-01-05"}\n');
    const mended = await list(subject, '*.ndjson', byDay, { known: listing.remember });
    assert.deepEqual(
      mended.partitions.map(({ key }) => key),
      ['2001-01-01', '2001-01-05'],
    );
    assert.deepEqual(new Set(subject.engine.opened), new Set([broken]));
  });

  it('fail alone when a file breaks whose rows were known', async () => {
    await using subject = await tree(['a.ndjson']);
    await writeFile(join(subject.directory, 'b.ndjson'), '{"day":"2001-01-02"}\n');
    const first = await list(subject, '*.ndjson', byDay);
    await writeFile(join(subject.directory, 'b.ndjson'), 'broken');
    const second = await list(subject, '*.ndjson', byDay, { known: first.remember });
    assert.deepEqual(
      second.partitions.map(({ key }) => key),
      ['2001-01-01', '2001-01-02'],
    );
    assert.equal(second.partitions[0]?.fingerprint, first.partitions[0]?.fingerprint);
    assert.notEqual(second.partitions[1]?.fingerprint, first.partitions[1]?.fingerprint);
  });

  it('can not be listed while nothing says where a broken file belongs', async () => {
    await using subject = await tree(['a.ndjson']);
    await writeFile(join(subject.directory, 'b.ndjson'), 'broken');
    for (const rule of [byDay, { kind: 'columns', columns: ['day'] } as const]) {
      const outcome = await partitions(subject, '*.ndjson', rule);
      assert.ok(
        !outcome.ok &&
          outcome.error.code === 'SOURCE_UNREADABLE' &&
          outcome.error.where?.endsWith('b.ndjson'),
      );
    }
  });

  it('refuse keys that no index could hold', async () => {
    await using subject = await tree(['a.ndjson'], `{"day":"${'x'.repeat(600)}"}\n`);
    const outcome = await partitions(subject, 'a.ndjson', { kind: 'columns', columns: ['day'] });
    assert.ok(!outcome.ok && outcome.error.code === 'PARTITION_COLUMN_UNFIT');
  });

  it('are found in 10,000 files by bounded requests, and a new file costs only itself', async () => {
    await using subject = await tree([]);
    const names = Array.from({ length: 10_000 }, (_, index) => join(subject.directory, `${index}.ndjson`));
    for (let at = 0; at < names.length; at += 500) {
      await Promise.all(names.slice(at, at + 500).map((name) => writeFile(name, dayOf(name))));
    }
    const first = await list(subject, '*.ndjson', byDay);
    assert.equal(first.partitions.length, 100);
    assert.equal(subject.engine.requests.length, Math.ceil(10_000 / limits.filesPerLookMax));
    assert.ok(Math.max(...subject.engine.requests) <= limits.filesPerLookMax);
    subject.engine.opened.length = 0;
    const fresh = join(subject.directory, 'new.ndjson');
    await writeFile(fresh, '{"day":"2002-01-01"}\n');
    const second = await list(subject, '*.ndjson', byDay, { known: first.remember });
    assert.deepEqual(new Set(subject.engine.opened), new Set([fresh]));
    assert.deepEqual(second.partitions.slice(0, 100), first.partitions);
    assert.equal(second.partitions[100]?.key, '2002-01-01');
  });
});

/** A row of one of a hundred days, chosen by the file's name. */
function dayOf(path: string): string {
  const day = Number(basename(path, '.ndjson')) % 100;
  return `{"day":"${new Date(Date.UTC(2001, 0, 1 + day)).toISOString().slice(0, 10)}"}\n`;
}

describe('fingerprints of files', () => {
  it('change with the time or size of a file, its name, or the way it is read', async () => {
    await using subject = await tree(['a.csv']);
    const path = join(subject.directory, 'a.csv');
    await utimes(path, 1_000, 1_000.5);
    const seen = new Set<string | undefined>();
    const look = async (provider: Parameters<typeof partitions>[3] = {}) => {
      seen.add((await list(subject, '*.csv', none, provider)).partitions[0]?.fingerprint);
    };
    await look();
    await look();
    assert.equal(seen.size, 1);
    await utimes(path, 1_000, 1_000.501);
    await look();
    await look({ csv: { delimiter: ';' } });
    await writeFile(path, 'longer than it was before');
    await utimes(path, 1_000, 1_000.5);
    await look();
    await writeFile(join(subject.directory, 'b.csv'), 'x');
    await look();
    assert.equal(seen.size, 5);
  });

  it('tell when the newest file was written', async () => {
    await using subject = await tree(['a.csv', 'b.csv']);
    await utimes(join(subject.directory, 'a.csv'), 1_000, 2_000);
    await utimes(join(subject.directory, 'b.csv'), 1_000, 1_000);
    const [partition] = (await list(subject, '*.csv', none)).partitions;
    assert.equal(partition?.modifiedAt, 2_000_000);
    assert.deepEqual(Object.keys(partition?.scan.files[0] ?? {}).toSorted(), [
      'modifiedAtMs',
      'path',
      'sizeBytes',
    ]);
  });
});

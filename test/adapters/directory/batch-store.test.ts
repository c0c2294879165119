import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { safeName } from '../../../src/adapters/directory/batch-location.ts';
import { createDirectoryBatchStore } from '../../../src/adapters/directory/batch-store.ts';
import { storeFailure } from '../../../src/adapters/directory/store-failure.ts';
import { FailureError } from '../../../src/base/errors.ts';
import { parseDatasetName, partitionKey } from '../../../src/base/ids.ts';
import { day, hour } from '../../../src/base/units.ts';
import type { Batch } from '../../../src/core/datasets/revision.ts';
import { batchStoreConformance } from '../../conformance/batch-store.ts';
import { asNobody } from '../../support/as-nobody.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';

batchStoreConformance('directory', create);

async function create(options: { verify?: boolean } = {}) {
  const base = await mkdtemp(join(tmpdir(), 'assay-batches-'));
  const root = join(base, 'batches');
  // Files get the time of the machine, so the clock must start there.
  const clock = createFakeClock(Date.now());
  let opened = 0;
  const open = () =>
    createDirectoryBatchStore({ root, clock, random: createSeededRandom(++opened), ...options });
  return {
    root,
    store: open(),
    reopen: () => Promise.resolve(open()),
    advance: (ms: number) => clock.advance(ms),
    truncate: (batch: { location: string; sizeBytes: number }) =>
      truncate(join(root, batch.location), batch.sizeBytes - 1),
    [Symbol.asyncDispose]: () => rm(base, { recursive: true, force: true }),
  };
}

type Subject = Awaited<ReturnType<typeof create>>;

async function storeOne({ store }: Pick<Subject, 'store'>, text: string, partition = '2001') {
  await using staging = await store.stage();
  const path = join(staging.directory, '0.parquet');
  await writeFile(path, text);
  const checksum = createHash('sha256').update(text).digest('hex');
  const dataset = parseDatasetName('flights');
  assert.ok(dataset);
  return await store.store({
    revision: { dataset, partition: partitionKey(partition) },
    attempt: 'a1',
    batches: [{ path, rowCount: 1, sizeBytes: text.length, checksum }],
  });
}

test('batches lie under dataset, partition and attempt', async () => {
  await using subject = await create();
  const outcome = await storeOne(subject, 'text', 'country=DE/day=2001-01-31');
  assert.ok(outcome.ok);
  assert.equal(outcome.value[0]?.location, 'flights/country=DE%2Fday=2001-01-31/a1/0.parquet');
});

test('with verify, a batch of the right size but other bytes is corrupt', async () => {
  await using subject = await create({ verify: true });
  const outcome = await storeOne(subject, 'text');
  const batch = outcome.ok ? outcome.value[0] : undefined;
  assert.ok(batch);
  assert.ok((await subject.store.open(batch)).ok);
  await writeFile(join(subject.root, batch.location), 'tent');
  const opened = await subject.store.open(batch);
  assert.ok(!opened.ok && opened.error.code === 'BATCH_CORRUPT');
});

test('the staging of another process stays while it may be at work', async () => {
  await using subject = await create();
  const staging = await subject.store.stage();
  await writeFile(join(staging.directory, '0.parquet'), 'on its way');
  await subject.advance(hour);
  const dataset = parseDatasetName('flights');
  assert.ok(dataset);
  const other = await subject.reopen();
  await other.sweep({ dataset, kept: new Set(), olderThanMs: day });
  assert.deepEqual(await readdir(staging.directory), ['0.parquet']);
});

test('a swept dataset leaves no directory behind', async () => {
  await using subject = await create();
  await storeOne(subject, 'text');
  const dataset = parseDatasetName('flights');
  assert.ok(dataset);
  for (let round = 0; round < 2; round++) {
    await subject.advance(2 * day);
    await subject.store.sweep({ dataset, kept: new Set(), olderThanMs: day });
  }
  assert.deepEqual(await readdir(subject.root), ['.staging']);
});

test('a root that can not be written is said so, by outcome or failure', async () => {
  const base = await mkdtemp(join(tmpdir(), 'assay-batches-'));
  const root = join(base, 'batches');
  await writeFile(root, 'a file where the directory should be');
  const store = createDirectoryBatchStore({ root, clock: createFakeClock(), random: createSeededRandom() });
  await assert.rejects(store.stage(), (error) => {
    return (
      error instanceof FailureError &&
      error.failure.code === 'BATCH_STORE_FAILED' &&
      error.failure.where?.startsWith(root)
    );
  });
  await rm(base, { recursive: true });
});

test('a directory that Assay may not write to is said so, and what to do', async () => {
  await using subject = await create();
  const stored = await storeOne(subject, 'text');
  const batch = stored.ok ? stored.value[0] : undefined;
  assert.ok(batch);
  await chmod(subject.root, 0);
  const opened = await asNobody(() => subject.store.open(batch));
  assert.ok(!opened.ok && opened.error.code === 'BATCH_STORE_FAILED');
  await assert.rejects(
    asNobody(() => subject.store.stage()),
    (error) => error instanceof FailureError && /the right to read and write/.test(error.failure.hint ?? ''),
  );
  await chmod(subject.root, 0o700);
});

test('a full disk is an outcome of its own', async (context) => {
  const base = await mkdtemp(join(tmpdir(), 'assay-batches-'));
  const mounted = await promisify(execFile)('mount', [
    '-t',
    'tmpfs',
    '-o',
    'size=64k,nr_inodes=8',
    'tmpfs',
    base,
  ]).then(
    () => true,
    () => false,
  );
  try {
    // Where mounting is not allowed, the translation of the error is all that can be looked at.
    context.diagnostic(mounted ? 'on a full tmpfs' : 'by translation only');
    const enospc = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    assert.equal(storeFailure(base, enospc).code, 'BATCH_STORE_FULL');
    if (!mounted) return;
    const root = join(base, 'batches');
    const store = createDirectoryBatchStore({ root, clock: createFakeClock(), random: createSeededRandom() });
    await mkdir(join(root, '.staging'), { recursive: true });
    const staging = await store.stage();
    const path = join(staging.directory, '0.parquet');
    await writeFile(path, 'text');
    const dataset = parseDatasetName('flights');
    assert.ok(dataset);
    const outcome = await store.store({
      revision: { dataset, partition: partitionKey('2001') },
      attempt: 'a1',
      batches: [{ path, rowCount: 1, sizeBytes: 4, checksum: '' }],
    });
    assert.ok(!outcome.ok && outcome.error.code === 'BATCH_STORE_FULL');
  } finally {
    if (mounted) await promisify(execFile)('umount', [base]);
    await rm(base, { recursive: true, force: true });
  }
});

test('a process killed at any moment leaves what it said is stored, and nothing half-written under a name', async () => {
  await using subject = await create({ verify: true });
  const program = join(import.meta.dirname, '../../support/store-batches-until-killed.ts');
  const child = spawn(process.execPath, [program, subject.root], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: Batch[] = [];
  for await (const line of createInterface(child.stdout)) {
    told.push(JSON.parse(line));
    if (told.length === 20) child.kill('SIGKILL');
  }
  assert.ok(told.length >= 20);
  for (const batch of told) assert.ok((await subject.store.open(batch)).ok);
  const names = await readdir(join(subject.root, 'flights', '2001'), { recursive: true });
  const sizes = await Promise.all(
    names
      .filter((name) => name.endsWith('.parquet'))
      .map((name) => stat(join(subject.root, 'flights', '2001', name))),
  );
  assert.ok(sizes.length >= told.length);
  for (const { size } of sizes) assert.equal(size, 260_000);
});

test('processes that store, sweep and open in one directory lose nothing of each other', async () => {
  await using subject = await create({ verify: true });
  const program = join(import.meta.dirname, '../../support/store-batches-until-killed.ts');
  const dataset = parseDatasetName('flights');
  assert.ok(dataset);
  const told: Batch[] = [];
  const writers = [0, 1, 2].map(() =>
    spawn(process.execPath, [program, subject.root], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  let isWriting = true;
  const read = writers.map(async (writer) => {
    let lines = 0;
    for await (const line of createInterface(writer.stdout)) {
      told.push(JSON.parse(line));
      lines += 1;
      if (lines === 15) writer.kill('SIGKILL');
    }
  });
  // All that is there is young and named by nobody, and every process is free to remove it once it is old.
  const swept = (async () => {
    while (isWriting) await subject.store.sweep({ dataset, kept: new Set(), olderThanMs: day });
  })();
  await Promise.all(read);
  isWriting = false;
  await swept;
  for (const batch of told) assert.ok((await subject.store.open(batch)).ok);
  await subject.store.remove(told);
  await subject.advance(2 * day);
  for (let round = 0; round < 2; round += 1) {
    await subject.store.sweep({ dataset, kept: new Set(), olderThanMs: day });
  }
  assert.deepEqual(await readdir(subject.root), ['.staging']);
});

test('safe names are plain, short, and different for different texts', () => {
  const texts = [
    'a',
    'A',
    '%61',
    '',
    '%',
    '.',
    '..',
    '.a',
    '%2Ea',
    'a/b',
    'a%2Fb',
    'ä',
    'a~b',
    'x'.repeat(181),
    'x'.repeat(182),
  ];
  const names = texts.map(safeName);
  assert.equal(new Set(names).size, texts.length);
  for (const name of names) assert.match(name, /^[A-Za-z0-9%_=-][A-Za-z0-9%~._=-]{0,200}$/);
});

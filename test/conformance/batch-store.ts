import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type DatasetName, parseDatasetName, partitionKey } from '../../src/base/ids.ts';
import type { Outcome } from '../../src/base/outcome.ts';
import { day, hour } from '../../src/base/units.ts';
import type { Batch } from '../../src/core/datasets/revision.ts';
import type { BatchStore, Staging, StoreRequest } from '../../src/ports/batch-store.ts';
import type { StagedBatch } from '../../src/ports/engine.ts';

/** A store under test. Its clock shows the time at which it was made until it is moved. */
export type BatchStoreSubject = AsyncDisposable & {
  readonly store: BatchStore;
  /** Another store over the same place, as a process has that starts after the first one was killed. */
  reopen(): Promise<BatchStore>;
  advance(ms: number): Promise<void>;
  /** Whether several processes that sweep at once may each count a batch: where a place does not say who removed it. */
  readonly countsTwice?: boolean;
  /** Changes the bytes of a stored batch behind the store's back, cutting its last byte off. */
  truncate(batch: Batch): Promise<void>;
};

/** The rules that every batch store keeps. */
export function batchStoreConformance(name: string, create: () => Promise<BatchStoreSubject>): void {
  describe(`batch store: ${name}`, () => {
    it('gives back the bytes that were stored, batch by batch', async () => {
      await using subject = await create();
      const contents = [textOfLength(10), textOfLength(200_000), ''];
      const batches = await storeTexts(subject.store, request(), contents);
      assert.deepEqual(
        batches.map((batch) => [batch.index, batch.rowCount, batch.sizeBytes, batch.checksum]),
        contents.map((text, index) => [index, index + 1, text.length, sha256(text)]),
      );
      for (const [at, batch] of batches.entries()) {
        assert.equal(await textOf(subject.store, batch), contents[at]);
      }
    });

    it('stores a revision without batches', async () => {
      await using subject = await create();
      assert.deepEqual(await storeTexts(subject.store, request(), []), []);
    });

    it('keeps what was stored beyond the life of the process, and of its staging', async () => {
      await using subject = await create();
      const [batch] = await storeTexts(subject.store, request(), ['one']);
      assert.ok(batch);
      assert.equal(await textOf(await subject.reopen(), batch), 'one');
    });

    it('removes a staging with all that was not stored', async () => {
      await using subject = await create();
      const staging = await subject.store.stage();
      const staged = await stageText(staging, 'lost', 0);
      await staging[Symbol.asyncDispose]();
      await assert.rejects(access(staged.path));
      await assert.rejects(access(staging.directory));
    });

    it('gives each staging an empty directory of its own', async () => {
      await using subject = await create();
      await using first = await subject.store.stage();
      await using second = await subject.store.stage();
      assert.notEqual(first.directory, second.directory);
      assert.deepEqual(await readdir(second.directory), []);
    });

    it('takes a repeated call for the same attempt as done', async () => {
      await using subject = await create();
      await using staging = await subject.store.stage();
      const staged = [await stageText(staging, 'a', 0), await stageText(staging, 'b', 1)];
      const first = valueOf(await subject.store.store({ ...request(), batches: staged }));
      const again = valueOf(await subject.store.store({ ...request(), batches: staged }));
      assert.deepEqual(again, first);
      assert.equal(await textOf(subject.store, at(first, 1)), 'b');
    });

    it('finishes a call that was cut off half-way', async () => {
      await using subject = await create();
      await using staging = await subject.store.stage();
      const staged = [await stageText(staging, 'a', 0), await stageText(staging, 'b', 1)];
      valueOf(await subject.store.store({ ...request(), batches: staged.slice(0, 1) }));
      const store = await subject.reopen();
      const batches = valueOf(await store.store({ ...request(), batches: staged }));
      assert.deepEqual(await Promise.all(batches.map((batch) => textOf(store, batch))), ['a', 'b']);
    });

    it('never overwrites a batch, also when an attempt comes with other bytes', async () => {
      await using subject = await create();
      const [batch] = await storeTexts(subject.store, request(), ['first']);
      assert.ok(batch);
      await using staging = await subject.store.stage();
      const staged = await stageText(staging, 'other', 0);
      const outcome = await subject.store.store({ ...request(), batches: [staged] });
      assert.ok(!outcome.ok && outcome.error.code === 'BATCH_CORRUPT');
      assert.equal(await textOf(subject.store, batch), 'first');
    });

    it('keeps the batches of attempts apart', async () => {
      await using subject = await create();
      const [zombie] = await storeTexts(subject.store, request({ attempt: 'job/ingest/1' }), ['zombie']);
      const [heir] = await storeTexts(subject.store, request({ attempt: 'job/ingest/2' }), ['heir']);
      assert.ok(zombie && heir && zombie.location !== heir.location);
      await subject.store.remove([zombie]);
      assert.equal(await textOf(subject.store, heir), 'heir');
    });

    it('stores a batch once when two calls for the same attempt meet', async () => {
      await using subject = await create();
      await using staging = await subject.store.stage();
      const text = textOfLength(300_000);
      const files = await Promise.all([0, 1, 2, 3].map((index) => stageText(staging, text, index)));
      const other = await subject.reopen();
      const stores = files.map((staged, nth) =>
        (nth % 2 === 0 ? subject.store : other).store({
          ...request(),
          batches: [{ ...staged, rowCount: 1 }],
        }),
      );
      const [first, ...rest] = (await Promise.all(stores)).map(valueOf);
      for (const each of rest) assert.deepEqual(each, first);
      assert.equal(await textOf(other, at(first ?? [], 0)), text);
    });

    it('opens a batch for many at once, and keeps it while one of them reads', async () => {
      await using subject = await create();
      const [batch] = await storeTexts(subject.store, request(), [longText]);
      assert.ok(batch);
      const opened = await Promise.all(Array.from({ length: 12 }, () => subject.store.open(batch)));
      const [last, ...others] = opened.map(valueOf);
      assert.ok(last);
      for (const each of others) await each[Symbol.asyncDispose]();
      assert.equal(await readFile(last.path, 'utf8'), longText);
      await last[Symbol.asyncDispose]();
    });

    it('sweeps and counts each batch when several processes do it at once', async () => {
      await using subject = await create();
      for (const attempt of ['1', '2', '3', '4']) {
        await storeTexts(subject.store, request({ attempt }), ['a', 'b', 'c']);
      }
      await subject.advance(2 * day);
      const sweepers = [subject.store, await subject.reopen(), await subject.reopen()];
      const sweep = { dataset: dataset('flights'), kept: new Set<string>(), olderThanMs: day };
      const removed = await Promise.all(sweepers.map((store) => store.sweep(sweep)));
      const counted = removed.reduce((sum, each) => sum + each, 0);
      assert.ok(subject.countsTwice === true ? counted >= 12 : counted === 12, String(counted));
      assert.equal(await subject.store.sweep(sweep), 0);
    });

    it('serves concurrent attempts at the same partition', async () => {
      await using subject = await create();
      const attempts = Array.from({ length: 8 }, (_, index) => `attempt-${index}`);
      const stored = await Promise.all(
        attempts.map((attempt) => storeTexts(subject.store, request({ attempt }), [attempt, 'x'])),
      );
      for (const [index, batches] of stored.entries()) {
        assert.equal(await textOf(subject.store, at(batches, 0)), attempts[index]);
      }
    });

    it('refuses a staged file that is not there, or has another size than was said', async () => {
      await using subject = await create();
      await using staging = await subject.store.stage();
      const staged = await stageText(staging, 'text', 0);
      const cut = await subject.store.store({ ...request(), batches: [{ ...staged, sizeBytes: 9 }] });
      assert.ok(!cut.ok && cut.error.code === 'BATCH_CORRUPT');
      const absent = { ...staged, path: join(staging.directory, 'absent') };
      const outcome = await subject.store.store({ ...request({ attempt: '2' }), batches: [absent] });
      assert.ok(!outcome.ok && outcome.error.code === 'BATCH_MISSING');
    });

    it('takes partitions and attempts of any text, and keeps them apart', async () => {
      await using subject = await create();
      for (const [index, partition] of oddTexts.entries()) {
        for (const attempt of oddTexts.slice(0, 4)) {
          const text = `${index} ${attempt}`;
          const [batch] = await storeTexts(subject.store, request({ partition, attempt }), [text]);
          assert.ok(batch);
          assert.equal(await textOf(await subject.reopen(), batch), text);
        }
      }
    });

    it('says of a removed batch that it is missing, and removes it again without an error', async () => {
      await using subject = await create();
      const batches = await storeTexts(subject.store, request(), ['a', 'b']);
      await subject.store.remove(batches.slice(0, 1));
      await subject.store.remove(batches.slice(0, 1));
      const outcome = await subject.store.open(at(batches, 0));
      assert.ok(!outcome.ok && outcome.error.code === 'BATCH_MISSING');
      assert.equal(await textOf(subject.store, at(batches, 1)), 'b');
    });

    it('says of a batch of another size that it is corrupt', async () => {
      await using subject = await create();
      const [batch] = await storeTexts(subject.store, request(), ['some text']);
      assert.ok(batch);
      await subject.truncate(batch);
      const outcome = await subject.store.open(batch);
      assert.ok(!outcome.ok && outcome.error.code === 'BATCH_CORRUPT');
    });

    it('opens nothing outside of itself', async () => {
      await using subject = await create();
      const [batch] = await storeTexts(subject.store, request(), ['a']);
      assert.ok(batch);
      for (const location of ['../../../../etc/passwd', '/etc/passwd', `../${batch.location}`, '']) {
        const outcome = await subject.store.open({ ...batch, location });
        assert.ok(!outcome.ok && outcome.error.code === 'BATCH_MISSING', location);
        await subject.store.remove([{ ...batch, location }]);
      }
      assert.equal(await textOf(subject.store, batch), 'a');
    });

    it('sweeps what nobody names once it is old, and nothing else', async () => {
      await using subject = await create();
      const kept = at(await storeTexts(subject.store, request({ attempt: '1' }), ['kept']), 0);
      const orphans = await storeTexts(subject.store, request({ attempt: '2' }), ['lost', 'lost too']);
      const foreign = at(await storeTexts(subject.store, request({ dataset: 'other' }), ['other']), 0);
      const sweep = { dataset: dataset('flights'), kept: new Set([kept.location]), olderThanMs: day };
      await subject.advance(hour);
      assert.equal(await subject.store.sweep(sweep), 0);
      assert.equal(await textOf(subject.store, at(orphans, 0)), 'lost');
      await subject.advance(2 * day);
      assert.equal(await subject.store.sweep(sweep), 2);
      assert.equal(await subject.store.sweep(sweep), 0);
      for (const orphan of orphans) assert.ok(!(await subject.store.open(orphan)).ok);
      assert.equal(await textOf(subject.store, kept), 'kept');
      assert.equal(await textOf(subject.store, foreign), 'other');
    });

    it('leaves nothing of the staging of a process that was killed once it is old', async () => {
      await using subject = await create();
      const staging = await subject.store.stage();
      const staged = await stageText(staging, 'staged, never stored', 0);
      const heir = await subject.reopen();
      await subject.advance(2 * day);
      await heir.sweep({ dataset: dataset('flights'), kept: new Set<string>(), olderThanMs: day });
      await assert.rejects(access(staged.path));
    });

    it('stores again after a sweep took everything of the dataset', async () => {
      await using subject = await create();
      await storeTexts(subject.store, request({ attempt: '1' }), ['stored, never named']);
      await subject.advance(2 * day);
      const sweep = { dataset: dataset('flights'), kept: new Set<string>(), olderThanMs: day };
      assert.equal(await subject.store.sweep(sweep), 1);
      const [batch] = await storeTexts(subject.store, request({ attempt: '1' }), ['second try']);
      assert.ok(batch);
      assert.equal(await textOf(subject.store, batch), 'second try');
    });

    it('sweeps a dataset that has nothing', async () => {
      await using subject = await create();
      assert.equal(
        await subject.store.sweep({ dataset: dataset('none'), kept: new Set(), olderThanMs: 0 }),
        0,
      );
    });
  });
}

/** Longer than any piece that it might be cut into. */
const longText = 'all the same '.repeat(100_000);

const oddTexts = [
  '2001-01-31T05',
  'country=a%2Fb/kind=%null',
  '..',
  '../../../../etc/passwd',
  '.',
  '',
  'Ärger 😀/\\:*?"<>|',
  'x'.repeat(1_000),
  `${'x'.repeat(1_000)}y`,
  'ü'.repeat(300),
  'DE',
  '%',
  '%25',
];

type RequestParts = { readonly dataset?: string; readonly partition?: string; readonly attempt?: string };

function request(parts: RequestParts = {}): Omit<StoreRequest, 'batches'> {
  return {
    revision: {
      dataset: dataset(parts.dataset ?? 'flights'),
      partition: partitionKey(parts.partition ?? '2001-01-31'),
    },
    attempt: parts.attempt ?? 'job/ingest/2001-01-31/1',
  };
}

function dataset(name: string): DatasetName {
  const parsed = parseDatasetName(name);
  assert.ok(parsed);
  return parsed;
}

async function storeTexts(
  store: BatchStore,
  parts: Omit<StoreRequest, 'batches'>,
  texts: readonly string[],
): Promise<readonly Batch[]> {
  await using staging = await store.stage();
  const batches = await Promise.all(texts.map((text, index) => stageText(staging, text, index)));
  return valueOf(await store.store({ ...parts, batches }));
}

async function stageText(staging: Staging, text: string, index: number): Promise<StagedBatch> {
  const path = join(staging.directory, `batch-${index}.parquet`);
  await writeFile(path, text);
  return { path, rowCount: index + 1, sizeBytes: Buffer.byteLength(text), checksum: sha256(text) };
}

async function textOf(store: BatchStore, batch: Batch): Promise<string> {
  await using local = valueOf(await store.open(batch));
  return await readFile(local.path, 'utf8');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function textOfLength(length: number): string {
  return Array.from({ length }, (_, index) => String.fromCharCode(97 + ((index * 7919) % 26))).join('');
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) assert.fail(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  assert.ok(item !== undefined);
  return item;
}

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { type Failure, isRetryable } from '../../src/base/errors.ts';
import type { Outcome } from '../../src/base/outcome.ts';
import { MiB, minute } from '../../src/base/units.ts';
import type { DatasetDefinition, PartitionRule } from '../../src/core/datasets/definition.ts';
import type { FilesScan, ListedPartition } from '../../src/core/datasets/source.ts';
import type { Provider, Wait } from '../../src/ports/provider.ts';
import { eventually } from '../support/eventually.ts';
import type { ProviderRow, ProviderSubject } from './provider.ts';

/** What is tested of a subject that fetches, where it can be. */
export type FetchingSubject = {
  /** The rows of a scan that was fetched, in any order, as the engine reads them. */
  rowsOf?(scan: FilesScan): Promise<readonly ProviderRow[]>;
  /** A source of some hundred megabytes in one partition, which takes seconds to be fetched. */
  huge?(): Promise<HugeSource | undefined>;
  /** A source that does not answer by itself within a minute. */
  silent?(): Promise<DatasetDefinition>;
  /** Sources that refuse: by a wrong password, by a right that is missing. */
  refusing?(): Promise<readonly { readonly definition: DatasetDefinition; readonly secret: string }[]>;
  /** A source that is not there. */
  absent?(): Promise<DatasetDefinition>;
  /** How many requests of ours the source works on. */
  atWork?(): Promise<number>;
};

export type HugeSource = {
  readonly definition: DatasetDefinition;
  readonly bytesMin: number;
  /** Cuts the connection, as when the network or the server fails. */
  lose(): Promise<void>;
  /** Changes what is read. */
  change(): Promise<void>;
};

const byDay: PartitionRule = { kind: 'time', column: 'day', by: 'day' };

/** What fetching may hold in memory, whatever the size of the source. */
const memoryBytesMax = 128 * MiB;

/** The rules of fetching. Those that a subject offers nothing for are left out. */
export function fetchConformance(create: () => Promise<ProviderSubject>): void {
  it('fetches just the rows of each partition', async () => {
    await using subject = await create();
    if (subject.rowsOf === undefined) return;
    await subject.put('a', [
      row('2001-01-01', 'DE', 1),
      row('2001-01-02', 'x, "y"\n', 2),
      row(null, null, 3),
    ]);
    await subject.put('b', [row('2001-01-02', '', 4)]);
    const fetched = await fetchAll(subject, byDay);
    assert.deepEqual(fetched, {
      '2001-01-01': [row('2001-01-01', 'DE', 1)],
      '2001-01-02': [row('2001-01-02', 'x, "y"\n', 2), row('2001-01-02', '', 4)],
      null: [row(null, null, 3)],
    });
    const byCountry = await fetchAll(subject, { kind: 'columns', columns: ['country'] });
    assert.deepEqual(byCountry['country=%null'], [row(null, null, 3)]);
    assert.deepEqual(byCountry['country='], [row('2001-01-02', '', 4)]);
    assert.equal((await fetchAll(subject, { kind: 'none' }))['all']?.length, 4);
  });

  it('fetches a dataset without partitions that has no rows', async () => {
    await using subject = await create();
    if (subject.rowsOf === undefined) return;
    await subject.put('a', [row('2001-01-01', 'DE', 1)]);
    await subject.remove('a');
    const definition = subject.define({ kind: 'none' });
    const listing = await subject.provider.partitions({ definition, known: undefined, wait: patiently() });
    // Of files, none is left to be listed.
    if (!listing.ok) return assert.equal(listing.error.code, 'SOURCE_NOT_FOUND');
    assert.deepEqual(await fetchAll(subject, { kind: 'none' }), { all: [] });
  });

  it('fetches nothing that has changed since it was listed', async () => {
    await using subject = await create();
    if (subject.rowsOf === undefined) return;
    await subject.put('a', [row('2001-01-01', 'DE', 1)]);
    const definition = subject.define(byDay);
    const listed = await listedFirst(subject.provider, definition);
    for (const change of [() => subject.put('a', [row('2001-01-01', 'DE', 2)]), () => subject.remove('a')]) {
      await change();
      await using target = directory();
      const outcome = await fetch(subject.provider, { definition, listed, target });
      if (outcome.ok) {
        // What was listed may still be known here.
        assert.deepEqual(await subject.rowsOf(outcome.value), [row('2001-01-01', 'DE', 1)]);
        continue;
      }
      assert.match(outcome.error.code, /^SOURCE_(?:CHANGED|NOT_FOUND)$/);
      assert.deepEqual(readdirSync(target.path), []);
    }
  });

  it('fetches hundreds of megabytes with bounded memory, as they were when listed', async () => {
    await using subject = await create();
    const huge = await subject.huge?.();
    if (huge === undefined) return;
    const { definition } = huge;
    const listed = await listedFirst(subject.provider, definition);
    await using target = directory();
    const before = process.memoryUsage.rss();
    let peak = before;
    let changed: Promise<void> | undefined;
    const onProgress = (): void => {
      changed ??= huge.change();
      peak = Math.max(peak, process.memoryUsage.rss());
    };
    const outcome = await fetch(subject.provider, { definition, listed, target, onProgress });
    await changed;
    assert.ok(changed !== undefined, 'it tells no progress');
    assert.ok(peak - before < memoryBytesMax, `it took ${Math.round((peak - before) / MiB)} MiB`);
    if (outcome.ok) assert.ok(bytesOf(outcome.value) >= huge.bytesMin);
    else assert.equal(outcome.error.code, 'SOURCE_CHANGED');
  });

  it('is cancelled in the middle: the source works for nobody any more, and nothing is left', async () => {
    await using subject = await create();
    const huge = await subject.huge?.();
    if (huge === undefined) return;
    const controller = new AbortController();
    const failed = await failureOfFetch(subject, huge.definition, {
      wait: { signal: controller.signal, timeoutMs: minute },
      onProgress: () => controller.abort(),
    });
    assert.equal(failed.code, 'TASK_CANCELLED');
    await assertIdle(subject);
  });

  it('loses the connection in the middle: that may pass, and nothing is left', async () => {
    await using subject = await create();
    const huge = await subject.huge?.();
    if (huge === undefined) return;
    let lost: Promise<void> | undefined;
    const failed = await failureOfFetch(subject, huge.definition, {
      onProgress: () => void (lost ??= huge.lose()),
    });
    await lost;
    assert.ok(isRetryable(failed), JSON.stringify(failed));
    await assertIdle(subject);
  });

  it('gives up at its deadline, and so does the source', async () => {
    await using subject = await create();
    const definition = await subject.silent?.();
    if (definition === undefined) return;
    const wait = { signal: new AbortController().signal, timeoutMs: 500 };
    const outcome = await subject.provider.partitions({ definition, known: undefined, wait });
    assert.equal(outcome.ok ? 'ok' : outcome.error.code, 'TASK_TIMEOUT');
    await assertIdle(subject);
  });

  it('says what to do when it is refused, without the secret', async () => {
    await using subject = await create();
    for (const { definition, secret } of (await subject.refusing?.()) ?? []) {
      for (const outcome of [
        await subject.provider.partitions({ definition, known: undefined, wait: patiently() }),
        await subject.provider.schema(definition, patiently()),
      ]) {
        assert.ok(!outcome.ok);
        assert.equal(outcome.error.code, 'SOURCE_UNREADABLE', JSON.stringify(outcome.error));
        assert.ok((outcome.error.hint ?? '') !== '');
        assert.ok(!JSON.stringify(outcome.error).includes(secret), JSON.stringify(outcome.error));
      }
    }
  });

  it('says that a source is not there', async () => {
    await using subject = await create();
    const definition = await subject.absent?.();
    if (definition === undefined) return;
    const outcome = await subject.provider.partitions({ definition, known: undefined, wait: patiently() });
    assert.equal(outcome.ok ? 'ok' : outcome.error.code, 'SOURCE_NOT_FOUND');
  });
}

function row(day: string | null, country: string | null, amount: number): ProviderRow {
  return { day, country, amount };
}

function patiently(): Wait {
  return { signal: new AbortController().signal, timeoutMs: 2 * minute };
}

type Directory = AsyncDisposable & { readonly path: string };

function directory(): Directory {
  const path = mkdtempSync(join(tmpdir(), 'assay-fetched-'));
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }) };
}

async function listedFirst(provider: Provider, definition: DatasetDefinition): Promise<ListedPartition> {
  const listing = await provider.partitions({ definition, known: undefined, wait: patiently() });
  if (!listing.ok) assert.fail(JSON.stringify(listing.error));
  const [listed] = listing.value.partitions;
  assert.ok(listed !== undefined);
  // A task carries it as JSON.
  return JSON.parse(JSON.stringify(listed)) as ListedPartition;
}

function fetch(
  provider: Provider,
  request: {
    readonly definition: DatasetDefinition;
    readonly listed: ListedPartition;
    readonly target: Directory;
    readonly wait?: Wait;
    readonly onProgress?: (fraction: number) => void;
  },
): Promise<Outcome<FilesScan>> {
  const { target, ...rest } = request;
  return provider.fetch({ wait: patiently(), ...rest, directory: target.path });
}

async function fetchAll(
  subject: ProviderSubject,
  rule: PartitionRule,
): Promise<Readonly<Record<string, readonly ProviderRow[]>>> {
  const definition = subject.define(rule);
  const listing = await subject.provider.partitions({ definition, known: undefined, wait: patiently() });
  if (!listing.ok) assert.fail(JSON.stringify(listing.error));
  const rows: Record<string, readonly ProviderRow[]> = {};
  for (const listed of listing.value.partitions) {
    await using target = directory();
    const outcome = await fetch(subject.provider, { definition, listed, target });
    if (!outcome.ok) assert.fail(JSON.stringify(outcome.error));
    const found = (await subject.rowsOf?.(outcome.value)) ?? [];
    rows[listed.key] = found.toSorted((a, b) => a.amount - b.amount);
  }
  return rows;
}

/** Fetches what must fail, and leave nothing. */
async function failureOfFetch(
  subject: ProviderSubject,
  definition: DatasetDefinition,
  more: { readonly wait?: Wait; readonly onProgress: () => void },
): Promise<Failure> {
  const listed = await listedFirst(subject.provider, definition);
  await using target = directory();
  const outcome = await fetch(subject.provider, { definition, listed, target, ...more });
  if (outcome.ok) assert.fail('it was fetched');
  assert.deepEqual(readdirSync(target.path), []);
  return outcome.error;
}

async function assertIdle(subject: ProviderSubject): Promise<void> {
  if (subject.atWork === undefined) return;
  await eventually('the source has ended its work', async () => (await subject.atWork?.()) === 0);
}

function bytesOf({ files }: FilesScan): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../../src/base/outcome.ts';
import { minute } from '../../src/base/units.ts';
import type { DatasetDefinition, PartitionRule } from '../../src/core/datasets/definition.ts';
import { compareKeys } from '../../src/core/datasets/partition-key.ts';
import type { Listing, Provider, Wait } from '../../src/ports/provider.ts';
import { type FetchingSubject, fetchConformance } from './provider-fetch.ts';

/** The columns of every row that a suite puts into a source, in this order. */
export type ProviderRow = {
  readonly day: string | null;
  readonly country: string | null;
  readonly amount: number;
};

/** A source under test with a provider that reads it. A portion is what the source is made of: a file, an object, a table. */
export type ProviderSubject = AsyncDisposable & {
  readonly provider: Provider;
  define(partition: PartitionRule): DatasetDefinition;
  /** Adds a portion, or replaces that of the same name by one that can be told from it. */
  put(name: string, rows: readonly ProviderRow[]): Promise<void>;
  remove(name: string): Promise<void>;
  /** The names of portions whose content was looked at since the last call, sorted; undefined when this can not be known. */
  looked(): readonly string[] | undefined;
} & FetchingSubject;

const byDay = { kind: 'time', column: 'day', by: 'day' } as const satisfies PartitionRule;
const byMonth: PartitionRule = { kind: 'time', column: 'day', by: 'month' };
const byCountry: PartitionRule = { kind: 'columns', columns: ['country'] };

/** The rules that every provider keeps. */
export function providerConformance(name: string, create: () => Promise<ProviderSubject>): void {
  describe(`provider: ${name}`, () => {
    it('lists time slices in their order, each once, wherever its rows are', async () => {
      await using subject = await create();
      await subject.put('b', rows('2001-02-01', '2001-01-31'));
      await subject.put('a', rows('2001-02-01', '2001-03-01'));
      assert.deepEqual(keysOf(await list(subject, byDay)), ['2001-01-31', '2001-02-01', '2001-03-01']);
      assert.deepEqual(keysOf(await list(subject, byMonth)), ['2001-01', '2001-02', '2001-03']);
    });

    it('lists combinations of column values, null among them', async () => {
      await using subject = await create();
      await subject.put('a', [row({ country: 'DE' }), row({ country: null }), row({ country: 'a/b=c' })]);
      const keys = keysOf(await list(subject, byCountry));
      assert.deepEqual(keys, ['country=%null', 'country=DE', 'country=a%2Fb%3Dc']);
      const both = keysOf(await list(subject, { kind: 'columns', columns: ['country', 'amount'] }));
      assert.deepEqual(both, ['country=%null/amount=1', 'country=DE/amount=1', 'country=a%2Fb%3Dc/amount=1']);
    });

    it('lists rows without a time as a partition of their own, last', async () => {
      await using subject = await create();
      await subject.put('a', [row({ day: null }), row({ day: '2001-01-01' })]);
      assert.deepEqual(keysOf(await list(subject, byDay)), ['2001-01-01', 'null']);
    });

    it('lists a dataset without partitions as one', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01'));
      await subject.put('b', rows('2001-01-02'));
      assert.deepEqual(keysOf(await list(subject, { kind: 'none' })), ['all']);
    });

    it('tells that a dataset without partitions has lost all of its rows', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01'));
      const none = { kind: 'none' } as const;
      const before = await list(subject, none);
      await subject.remove('a');
      const after = await subject.provider.partitions(requestOf(subject, none, before.remember));
      if (after.ok) assert.deepEqual(changedKeys(before, after.value), ['all']);
      else assert.equal(after.error.code, 'SOURCE_NOT_FOUND');
    });

    for (const rule of [byDay, byCountry, { kind: 'none' } as const]) {
      it(`gives what is unchanged the same fingerprint, by ${rule.kind}, with or without a memory`, async () => {
        await using subject = await create();
        await subject.put('a', rows('2001-01-01', '2001-01-02'));
        const first = await list(subject, rule);
        for (const known of [first.remember, undefined, null, 'odd', { version: 1, files: 7 }, []]) {
          assert.deepEqual((await list(subject, rule, known)).partitions, first.partitions);
        }
      });
    }

    it('changes the fingerprint of a partition when its rows change, and of no other', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01'));
      await subject.put('b', rows('2001-01-02'));
      const before = await list(subject, byDay);
      await subject.put('b', [...rows('2001-01-02'), row({ day: '2001-01-02', amount: 5 })]);
      const after = await list(subject, byDay, before.remember);
      assert.deepEqual(changedKeys(before, after), ['2001-01-02']);
    });

    it('lists a new partition without touching the others', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01'));
      const before = await list(subject, byDay);
      await subject.put('b', rows('2001-01-02'));
      const after = await list(subject, byDay, before.remember);
      assert.deepEqual(keysOf(after), ['2001-01-01', '2001-01-02']);
      assert.deepEqual(changedKeys(before, after), ['2001-01-02']);
    });

    it('changes a partition that loses some of its rows, and lists one no more that loses all', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01', '2001-01-02'));
      await subject.put('b', rows('2001-01-02', '2001-01-03'));
      const before = await list(subject, byDay);
      await subject.remove('b');
      const after = await list(subject, byDay, before.remember);
      assert.deepEqual(keysOf(after), ['2001-01-01', '2001-01-02']);
      assert.ok(changedKeys(before, after).includes('2001-01-02'));
    });

    it('looks at nothing that is unchanged', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01'));
      await subject.put('b', rows('2001-01-02'));
      const first = await list(subject, byDay);
      if (subject.looked() === undefined) return;
      const second = await list(subject, byDay, first.remember);
      assert.deepEqual(subject.looked(), []);
      await subject.put('c', rows('2001-01-03'));
      await list(subject, byDay, second.remember);
      assert.deepEqual(subject.looked(), ['c']);
    });

    it('gives scans and memories that survive being stored as JSON', async () => {
      await using subject = await create();
      await subject.put('a', [row({ country: null }), row({ country: 'DE' })]);
      const first = await list(subject, byCountry);
      assert.deepEqual(throughJson(first), first);
      assert.deepEqual(await list(subject, byCountry, throughJson(first.remember)), first);
    });

    it('does not take the memory of another rule for its own', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01', '2001-01-02'));
      const { remember } = await list(subject, byDay);
      assert.deepEqual(keysOf(await list(subject, byMonth, remember)), ['2001-01']);
    });

    it('says which column is missing, and which one was probably meant', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01'));
      for (const rule of [{ ...byDay, column: 'dya' }, { kind: 'columns', columns: ['contry'] } as const]) {
        const outcome = await subject.provider.partitions(requestOf(subject, rule));
        assert.ok(!outcome.ok && outcome.error.code === 'COLUMN_NOT_FOUND');
        assert.match(outcome.error.message, /did you mean “(?:day|country)”/);
      }
    });

    it('refuses to cut time slices from a column of numbers', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01'));
      const outcome = await subject.provider.partitions(requestOf(subject, { ...byDay, column: 'amount' }));
      assert.ok(!outcome.ok && outcome.error.code === 'PARTITION_COLUMN_UNFIT');
    });

    it('tells the columns of the source', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01'));
      const schema = valueOf(await subject.provider.schema(subject.define(byDay), wait()));
      assert.deepEqual(
        schema.map((column) => column.name),
        ['day', 'country', 'amount'],
      );
    });

    it('ends when it is cancelled, and at its deadline', async () => {
      await using subject = await create();
      await subject.put('a', rows('2001-01-01'));
      const request = requestOf(subject, byDay);
      const cancelled = await subject.provider.partitions({
        ...request,
        wait: { signal: AbortSignal.abort(), timeoutMs: minute },
      });
      assert.ok(!cancelled.ok && cancelled.error.code === 'TASK_CANCELLED');
      const late = await subject.provider.partitions({ ...request, wait: { ...wait(), timeoutMs: 0 } });
      assert.ok(!late.ok && late.error.code === 'TASK_TIMEOUT');
    });

    fetchConformance(create);
  });
}

function row(parts: Partial<ProviderRow>): ProviderRow {
  return { day: '2001-01-01', country: 'DE', amount: 1, ...parts };
}

function rows(...days: readonly string[]): ProviderRow[] {
  return days.map((day) => row({ day }));
}

function wait(): Wait {
  return { signal: new AbortController().signal, timeoutMs: minute };
}

function requestOf(subject: ProviderSubject, rule: PartitionRule, known?: unknown) {
  return { definition: subject.define(rule), known, wait: wait() };
}

async function list(subject: ProviderSubject, rule: PartitionRule, known?: unknown): Promise<Listing> {
  return valueOf(await subject.provider.partitions(requestOf(subject, rule, known)));
}

function keysOf(listing: Listing): readonly string[] {
  const keys = listing.partitions.map(({ key }) => key);
  assert.deepEqual(keys, keys.toSorted(compareKeys));
  return keys;
}

function changedKeys(before: Listing, after: Listing): readonly string[] {
  const old = new Map(before.partitions.map(({ key, fingerprint }) => [key, fingerprint]));
  return after.partitions
    .filter(({ key, fingerprint }) => old.get(key) !== fingerprint)
    .map(({ key }) => key);
}

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) assert.fail(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type DatasetName, partitionKey } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import type { DatasetLine } from '../../../src/ports/dataset-store.ts';
import {
  attentionOf,
  attentions,
  OverviewBook,
  overviewOf,
  overviewSorts,
  placeOfLine,
} from '../../../src/services/registry/overview.ts';

type Given = {
  readonly incidentsOpen?: number;
  readonly owner?: string;
  readonly description?: string;
  readonly status?: NonNullable<DatasetLine['lastPartition']>['status'];
  readonly rowCount?: number;
};

function line(name: string, { status, rowCount, description, ...given }: Given = {}): DatasetLine {
  const partition = { partition: partitionKey('2001-01-01'), revision: 1, rejectedCount: 0, ingestedAt: 1 };
  return {
    dataset: name as DatasetName,
    owner: 'ana',
    publish: 'static',
    version: 1,
    registeredAt: instant(0),
    updatedAt: instant(0),
    incidentsOpen: 0,
    ...given,
    ...(description === undefined ? {} : { description }),
    ...(rowCount === undefined
      ? {}
      : { lastPartition: { ...partition, rowCount, ...(status === undefined ? {} : { status }) } }),
  };
}

const lines = fc.uniqueArray(
  fc.record(
    {
      name: fc.stringMatching(/^[a-c][a-z0-9]{0,3}$/),
      incidentsOpen: fc.nat(2),
      rowCount: fc.option(fc.nat(5), { nil: undefined }),
      status: fc.constantFrom('pass', 'warn', 'fail', 'error', 'not_evaluated', undefined),
    },
    { noNullPrototype: true },
  ),
  { selector: ({ name }) => name, maxLength: 20 },
);

describe('the overview', () => {
  it('puts what wants something first, then the names in order', () => {
    const given = [
      line('good', { rowCount: 1, status: 'pass' }),
      line('new'),
      line('odd', { rowCount: 1, status: 'warn' }),
      line('bad', { rowCount: 1, status: 'fail' }),
      line('worse', { rowCount: 1, status: 'pass', incidentsOpen: 3 }),
    ];
    const { datasets, counts } = overviewOf(given, { sort: 'attention', isDescending: false, limit: 10 });
    assert.deepEqual(
      datasets.map(({ dataset }) => dataset),
      ['worse', 'bad', 'odd', 'new', 'good'],
    );
    assert.deepEqual(counts, { failing: 2, warning: 1, waiting: 1, passing: 1 });
  });

  it('finds by all words, in name, owner or description', () => {
    const given = [line('taxi', { owner: 'bo', description: 'Trips of New York' }), line('bike')];
    const request = { sort: 'name', isDescending: false, limit: 10 } as const;
    assert.deepEqual(
      overviewOf(given, { ...request, search: ' YORK bo' }).datasets.map((one) => one.dataset),
      ['taxi'],
    );
    assert.equal(overviewOf(given, { ...request, search: 'york ana' }).found, 0);
  });

  it('gives each line once, in one order, whatever the size of its pages', () => {
    fc.assert(
      fc.property(
        lines,
        fc.record({
          sort: fc.constantFrom(...overviewSorts),
          isDescending: fc.boolean(),
          limit: fc.integer({ min: 1, max: 7 }),
          attention: fc.option(fc.constantFrom(...attentions), { nil: undefined }),
        }),
        (given, { sort, isDescending, limit, attention }) => {
          const all = given.map(({ name, ...rest }) =>
            line(name, {
              incidentsOpen: rest.incidentsOpen,
              ...(rest.rowCount === undefined ? {} : { rowCount: rest.rowCount }),
              ...(rest.status === undefined ? {} : { status: rest.status }),
            }),
          );
          const request = { sort, isDescending, ...(attention === undefined ? {} : { attention }) };
          const whole = overviewOf(all, { ...request, limit: 100 });
          const wanted = all.filter((one) => attention === undefined || attentionOf(one) === attention);
          assert.equal(whole.found, wanted.length);
          const paged: string[] = [];
          for (let after: ReturnType<typeof placeOfLine> | undefined; paged.length < wanted.length; ) {
            const page = overviewOf(all, { ...request, limit, ...(after === undefined ? {} : { after }) });
            assert.ok(page.datasets.length > 0);
            paged.push(...page.datasets.map(({ dataset }) => dataset));
            const last = page.datasets.at(-1);
            after = last && placeOfLine(last, sort);
          }
          assert.deepEqual(
            paged,
            whole.datasets.map(({ dataset }) => dataset),
          );
        },
      ),
    );
  });
});

describe('the book of lines', () => {
  it('reads all once, and after that what changed', async () => {
    const asked: (readonly DatasetName[] | undefined)[] = [];
    let now = [line('a'), line('b')];
    const book = new OverviewBook(async (datasets) => {
      asked.push(datasets);
      return now.filter(({ dataset }) => datasets === undefined || datasets.includes(dataset));
    });
    assert.equal((await book.lines()).length, 2);
    await book.lines();
    now = [line('a', { owner: 'bo' }), line('c')];
    book.changed(['a', 'b', 'c'] as DatasetName[]);
    const after = await book.lines();
    assert.deepEqual(
      after.map(({ dataset, owner }) => `${dataset} ${owner}`),
      ['a bo', 'c ana'],
    );
    assert.deepEqual(asked, [undefined, ['a', 'b', 'c']]);
  });

  it('reads once more for who asks after a change that came during a reading', async () => {
    const answers: ((lines: readonly DatasetLine[]) => void)[] = [];
    const book = new OverviewBook(() => new Promise((resolve) => answers.push(resolve)));
    const before = book.lines();
    await new Promise(setImmediate);
    book.changed(['a'] as DatasetName[]);
    const after = [book.lines(), book.lines()];
    answers[0]?.([line('a')]);
    assert.equal((await before)[0]?.owner, 'ana');
    await new Promise(setImmediate);
    answers[1]?.([line('a', { owner: 'bo' })]);
    for (const lines of await Promise.all(after)) assert.equal(lines[0]?.owner, 'bo');
    assert.equal(answers.length, 2);
  });

  it('reads again after a reading that failed', async () => {
    let fails = true;
    const book = new OverviewBook(async () => {
      if (fails) throw new Error('away');
      return [line('a')];
    });
    await assert.rejects(book.lines());
    fails = false;
    assert.equal((await book.lines()).length, 1);
  });
});

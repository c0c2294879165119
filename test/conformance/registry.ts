import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DatasetName } from '../../src/base/ids.ts';
import { instant } from '../../src/base/units.ts';
import type { DueDataset, ScheduleState } from '../../src/core/scheduling/schedule.ts';
import type { Database } from '../../src/ports/database.ts';
import { at, definitionOf, unique } from './database-fixtures.ts';

/** The registry and the database that it belongs to. */
export type TestRegistry = Pick<Database, 'datasets' | 'schedules' | 'jobs'>;

/** Due times of these tests lie before those of anything else, a range for each test. */
let range = 0;
function nextRange(): number {
  range += 1;
  return range * 1_000_000;
}

function stateOf(definition: number): ScheduleState {
  return { definition, decisions: [] };
}

/**
 * What every registry must do, wherever it keeps definitions and schedules. `open` gives one that nobody else uses
 * meanwhile, and is called once.
 */
export function registryConformance(
  name: string,
  open: () => Promise<AsyncDisposable & { readonly registry: TestRegistry }>,
): void {
  describe(`registry: ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>> | undefined;
    const registry = (): TestRegistry => {
      assert.ok(opened);
      return opened.registry;
    };
    before(async () => {
      opened = await open();
    });
    after(async () => {
      await opened?.[Symbol.asyncDispose]();
    });
    definitions(registry);
    schedules(registry);
    removal(registry);
  });
}

function newName(): DatasetName {
  return unique('registry') as DatasetName;
}

function definitions(registry: () => TestRegistry): void {
  it('gives back a definition as it was applied, whatever texts and numbers it has', async () => {
    const dataset = newName();
    const definition = definitionOf(dataset, {
      description: 'nul \0, escape \u001b, half a pair \ud800, all \u{1f600}',
      checks: [
        {
          metric: 'avg',
          settings: {
            bound: Number.NEGATIVE_INFINITY,
            zero: -0,
            not: Number.NaN,
            list: ['\u001bn5', '\udfff'],
          },
          threshold: { kind: 'set', level: 'warn', conditions: [{ operator: 'must_be', value: 1e-300 }] },
        },
      ],
    });
    const { datasets } = registry();
    assert.deepEqual(await datasets.apply(definition, at(1)), { changed: true, version: 1 });
    assert.deepEqual(await datasets.get(dataset), {
      definition,
      version: 1,
      registeredAt: at(1),
      updatedAt: at(1),
    });
  });

  it('counts a version only for a definition that differs', async () => {
    const { datasets } = registry();
    const dataset = newName();
    const definition = definitionOf(dataset, { columns: [{ name: 'a', checks: [] }] });
    await datasets.apply(definition, at(1));
    const same = Object.fromEntries(Object.entries(definition).toReversed()) as typeof definition;
    assert.deepEqual(await datasets.apply(same, at(2)), { changed: false, version: 1 });
    const other = definitionOf(dataset, { owner: 'new@example.org' });
    assert.deepEqual(await datasets.apply(other, at(3)), { changed: true, version: 2 });
    const stands = await datasets.get(dataset);
    assert.deepEqual(stands, { definition: other, version: 2, registeredAt: at(1), updatedAt: at(3) });
  });

  it('gives each of many concurrent registrations and changes a version of its own', async () => {
    const { datasets } = registry();
    const dataset = newName();
    const applied = await Promise.all(
      Array.from({ length: 6 }, (_, nth) =>
        datasets.apply(definitionOf(dataset, { owner: `o${nth}` }), at(nth)),
      ),
    );
    assert.deepEqual(new Set(applied.map(({ version }) => version)), new Set([1, 2, 3, 4, 5, 6]));
    assert.equal((await datasets.get(dataset))?.version, 6);
  });

  it('replaces a definition only over the version that was seen', async () => {
    const { datasets } = registry();
    const dataset = newName();
    const change = (owner: string, version: number) =>
      datasets.replace(definitionOf(dataset, { owner }), { version, at: at(2) });
    assert.equal(await change('early', 1), false);
    await datasets.apply(definitionOf(dataset), at(1));
    const outcomes = await Promise.all(['a', 'b', 'c'].map((owner) => change(owner, 1)));
    assert.equal(outcomes.filter(Boolean).length, 1);
    assert.equal((await datasets.get(dataset))?.version, 2);
  });

  it('lists datasets by name, page by page, each once', async () => {
    const { datasets } = registry();
    const names = Array.from({ length: 25 }, newName).toSorted();
    await Promise.all(names.toReversed().map((dataset) => datasets.apply(definitionOf(dataset), at(1))));
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await datasets.page({ after, limit: 7 });
      seen.push(...page.map(({ definition }) => definition.dataset));
      if (page.length < 7) break;
      after = seen.at(-1);
    }
    assert.deepEqual(seen, seen.toSorted());
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(
      seen.filter((one) => names.includes(one as DatasetName)),
      names,
    );
    assert.deepEqual(
      (await datasets.list()).map(({ definition }) => definition.dataset),
      seen,
    );
  });

  it('says in one line for people what the definition says', async () => {
    const { datasets } = registry();
    const dataset = newName();
    await datasets.apply(definitionOf(dataset, { owner: 'first@example.org' }), at(1));
    await datasets.apply(definitionOf(dataset, { owner: 'second@example.org', description: 'words' }), at(2));
    const [line] = await datasets.lines([dataset]);
    assert.deepEqual(
      [line?.owner, line?.description, line?.publish, line?.version, line?.registeredAt, line?.updatedAt],
      ['second@example.org', 'words', 'static', 2, at(1), at(2)],
    );
  });
}

function schedules(registry: () => TestRegistry): void {
  /** Datasets that are due at these times of a range of their own. */
  async function dueAt(
    ...times: readonly number[]
  ): Promise<{ names: DatasetName[]; due: () => Promise<DueDataset[]> }> {
    const base = nextRange();
    const names = times.map(newName);
    for (const dataset of names) await registry().datasets.apply(definitionOf(dataset), at(1));
    const found = await registry().schedules.of(names);
    const changes = names.map((dataset, nth) => ({
      dataset,
      version: found.get(dataset)?.version ?? 0,
      nextAt: instant(base + (times[nth] ?? 0)),
      state: stateOf(1),
    }));
    assert.equal((await registry().schedules.save(changes)).size, names.length);
    const due = async (): Promise<DueDataset[]> => {
      const all = await registry().schedules.due({ now: instant(base + 999_999), limit: 1_000 });
      return all.filter((one) => names.includes(one.definition.dataset));
    };
    return { names, due };
  }

  it('makes a dataset due when it is registered and whenever its definition changes', async () => {
    const dataset = newName();
    const { datasets, schedules: store } = registry();
    await datasets.apply(definitionOf(dataset), at(5));
    const first = (await store.of([dataset])).get(dataset);
    assert.equal(first?.nextAt, at(5));
    assert.equal(first?.state, undefined);
    await store.save([{ dataset, version: first?.version ?? 0, state: stateOf(1) }]);
    const waiting = (await store.of([dataset])).get(dataset);
    assert.equal(waiting?.nextAt, undefined);
    assert.deepEqual(waiting?.state, stateOf(1));
    await datasets.apply(definitionOf(dataset), at(6));
    assert.equal((await store.of([dataset])).get(dataset)?.nextAt, undefined);
    await datasets.apply(definitionOf(dataset, { owner: 'other' }), at(7));
    const again = (await store.of([dataset])).get(dataset);
    assert.equal(again?.nextAt, at(7));
    assert.deepEqual(again?.state, stateOf(1));
    await store.save([{ dataset, version: again?.version ?? 0, state: stateOf(2) }]);
  });

  it('gives what is due, the longest overdue first, with what a decision needs', async () => {
    const { names, due } = await dueAt(30, 10, 20);
    const found = await due();
    assert.deepEqual(
      found.map(({ definition }) => definition.dataset),
      [names[1], names[2], names[0]],
    );
    const [first] = found;
    assert.ok(first);
    const { schedule, ...registered } = first;
    assert.deepEqual(registered, await registry().datasets.get(first.definition.dataset));
    assert.deepEqual(schedule.state, stateOf(1));
    await settle(found);
    assert.deepEqual(await due(), []);
  });

  it('gives no more than it was asked for, and nothing before its time', async () => {
    const { names } = await dueAt(1, 2, 3, 4, 500);
    const base = range * 1_000_000;
    const now = instant(base + 100);
    const mine = (found: readonly DueDataset[]) =>
      found.filter((one) => names.includes(one.definition.dataset));
    assert.equal((await registry().schedules.due({ now, limit: 2 })).length, 2);
    const all = mine(await registry().schedules.due({ now, limit: 1_000 }));
    assert.deepEqual(
      all.map(({ schedule }) => schedule.nextAt - base),
      [1, 2, 3, 4],
    );
    await settle(mine(await registry().schedules.due({ now: instant(base + 500), limit: 1_000 })));
  });

  it('takes one of several decisions that were made from the same schedule', async () => {
    const { due } = await dueAt(1, 2, 3);
    const found = await due();
    const taken = await Promise.all(
      Array.from({ length: 4 }, () =>
        registry().schedules.save(
          found.map(({ definition, schedule }) => ({
            dataset: definition.dataset,
            version: schedule.version,
            state: stateOf(1),
          })),
        ),
      ),
    );
    const winners = taken.flatMap((one) => [...one]);
    assert.deepEqual(winners.toSorted(), found.map(({ definition }) => definition.dataset).toSorted());
    assert.deepEqual(await due(), []);
  });

  it('does not take a decision that was made before the definition changed', async () => {
    const { names, due } = await dueAt(1);
    const [one] = await due();
    const [dataset] = names;
    assert.ok(one && dataset);
    await registry().datasets.apply(definitionOf(dataset, { owner: 'other' }), at(9));
    const taken = await registry().schedules.save([
      { dataset, version: one.schedule.version, state: stateOf(1) },
    ]);
    assert.equal(taken.size, 0);
    const stands = (await registry().schedules.of([dataset])).get(dataset);
    assert.equal(stands?.nextAt, at(9));
    await registry().schedules.save([{ dataset, version: stands?.version ?? 0, state: stateOf(2) }]);
  });

  it('knows nothing of unknown datasets', async () => {
    const unknown = newName();
    assert.equal((await registry().schedules.of([unknown])).size, 0);
    assert.equal(
      (await registry().schedules.save([{ dataset: unknown, version: 1, state: stateOf(1) }])).size,
      0,
    );
    assert.equal(await registry().datasets.get(unknown), undefined);
  });

  async function settle(found: readonly DueDataset[]): Promise<void> {
    await registry().schedules.save(
      found.map(({ definition, schedule }) => ({
        dataset: definition.dataset,
        version: schedule.version,
        state: stateOf(1),
      })),
    );
  }
}

function removal(registry: () => TestRegistry): void {
  it('forgets a dataset with its schedule, and begins anew when it is registered again', async () => {
    const { datasets, schedules: store } = registry();
    const dataset = newName();
    await datasets.apply(definitionOf(dataset), at(1));
    await datasets.apply(definitionOf(dataset, { owner: 'second' }), at(2));
    assert.deepEqual(await datasets.remove(dataset), { ok: true, value: undefined });
    assert.equal(await datasets.get(dataset), undefined);
    assert.equal((await store.of([dataset])).size, 0);
    assert.ok(!(await datasets.list()).some(({ definition }) => definition.dataset === dataset));
    assert.deepEqual(await datasets.lines([dataset]), []);
    const again = await datasets.remove(dataset);
    assert.equal(again.ok ? undefined : again.error.code, 'DATASET_NOT_FOUND');
    assert.deepEqual(await datasets.apply(definitionOf(dataset), at(3)), { changed: true, version: 1 });
    assert.deepEqual(await datasets.get(dataset), {
      definition: definitionOf(dataset),
      version: 1,
      registeredAt: at(3),
      updatedAt: at(3),
    });
  });
}

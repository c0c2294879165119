import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHolidays } from '../../../src/adapters/holidays/date-holidays.ts';
import { jobId, type PartitionKey } from '../../../src/base/ids.ts';
import { succeed } from '../../../src/base/outcome.ts';
import { type EvaluationInput, evaluate } from '../../../src/core/checks/evaluate.ts';
import type { EvaluateTarget } from '../../../src/core/jobs/task.ts';
import type { Engine } from '../../../src/ports/engine.ts';
import { loadBaseline } from '../../../src/services/quality/baseline.ts';
import { EvaluateTask } from '../../../src/services/quality/evaluate-task.ts';
import { Results } from '../../../src/services/quality/results.ts';
import { at, commit, evaluateOutput, TestWorld, unique } from '../../conformance/database-fixtures.ts';
import { definitionOf, nowAt, type Trouble, targetOf } from '../../core/checks/flights.ts';
import { openTestDatabase, type TestDatabase } from '../../support/embedded-database.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { testKit } from '../../support/kit.ts';

let opened: TestDatabase;
before(async () => {
  opened = await openTestDatabase();
});
after(() => opened[Symbol.asyncDispose]());

const wholeFrame: EvaluateTarget = { kind: 'frame', backfill: jobId('b') };

/** A registered dataset of flights. */
async function flightsWorld(holidays?: string): Promise<TestWorld> {
  const world = new TestWorld(opened.database);
  const definition = { ...definitionOf(), dataset: world.dataset };
  const policy = { ...definition.policy, ...(holidays === undefined ? {} : { holidays }) };
  await world.database.datasets.apply({ ...definition, policy }, at(0));
  return world;
}

/** The nth day, taken in and measured; the first `batches` only. */
async function measuredDay(
  world: TestWorld,
  nth: number,
  { batches = 2, ...trouble }: Trouble & { readonly batches?: number } = {},
): Promise<void> {
  const { revision, schema, rowCount = 0, profiles } = targetOf(nth, trouble);
  const files = profiles.map((_, index) => {
    return { index, location: unique('l'), rowCount: 1, sizeBytes: 1, checksum: 'c' };
  });
  const reference = await world.ingested(revision.partition, { schema, rowCount, batches: files });
  assert.ok(reference !== undefined);
  for (const [batch, bytes] of profiles.slice(0, batches).entries()) {
    await world.measured(reference, batch, bytes);
  }
}

/** Runs an evaluate task with the real computing, in this process; what it was asked is noted. */
async function judged(world: TestWorld, target: EvaluateTarget): Promise<EvaluationInput | undefined> {
  let asked: EvaluationInput | undefined;
  const engine = {
    evaluate: async (input: EvaluationInput) => {
      asked = input;
      return succeed(evaluate(input));
    },
  } as unknown as Engine;
  const kit = testKit({ clock: createFakeClock(nowAt(60)) });
  const task = new EvaluateTask(kit, { ...world.database, engine, holidays: createHolidays() });
  const { fence } = commit(await world.enqueued({ kind: 'learn' }), 'evaluate', evaluateOutput);
  const { signal } = new AbortController();
  const context = { fence, signal, timeoutMs: 60_000, memoryMb: 100, progress: () => undefined };
  const done = await task.run({ kind: 'evaluate', dataset: world.dataset, target }, context);
  assert.ok(done.ok, done.ok ? '' : done.error.message);
  return asked;
}

async function driftOf(world: TestWorld): Promise<unknown> {
  const history = await world.database.quality.history({ dataset: world.dataset, limit: 100 });
  return history.series.filter(({ metric }) => /js_distance|psi/.test(metric));
}

describe('the baseline of a check', () => {
  it('is the same for a frame in one go and for partitions as they come', async () => {
    const [together, one] = [await flightsWorld(), await flightsWorld()];
    for (let nth = 0; nth < 32; nth++) {
      await measuredDay(together, nth);
      await measuredDay(one, nth);
      if (nth === 27) await judged(one, wholeFrame);
      const revision = one.reference(targetOf(nth).revision.partition);
      if (nth > 27) await judged(one, { kind: 'revision', revision });
    }
    await judged(together, wholeFrame);
    const drift = await driftOf(together);
    assert.deepEqual(drift, await driftOf(one));
    assert.equal((drift as readonly unknown[]).length, 6);
  });

  it('leaves out what people called wrong, and takes a restated partition as it is now', async () => {
    const world = await flightsWorld();
    for (let nth = 0; nth < 4; nth++) await measuredDay(world, nth);
    await measuredDay(world, 2, { rows: 7 });
    await measuredDay(world, 3, { rows: 5, batches: 1 });
    await judged(world, wholeFrame);
    const { quality } = world.database;
    const history = await quality.history({ dataset: world.dataset, limit: 100 });
    const told = history.partitions.map((partition, nth) =>
      nth === 1 ? { ...partition, feedback: 'real_error' as const } : partition,
    );
    const baseline = await loadBaseline(quality, world.dataset, { ...history, partitions: told });
    const day = (nth: number): PartitionKey => targetOf(nth).revision.partition;
    assert.deepEqual(
      baseline.map(({ key }) => key),
      [day(0), day(2)],
    );
    const bytes = baseline.map(({ profiles }) => profiles.map((profile) => Buffer.from(profile)));
    const wanted = [targetOf(0), targetOf(2, { rows: 7 })];
    assert.deepEqual(
      bytes,
      wanted.map(({ profiles }) => profiles.map((profile) => Buffer.from(profile))),
    );
  });
});

describe('a frame that is judged again', () => {
  it('heeds what people said of its partitions, which a forced backfill used to forget', async () => {
    const world = await flightsWorld();
    for (let nth = 0; nth < 32; nth++) await measuredDay(world, nth, nth === 25 ? { factor: 50 } : {});
    await judged(world, wholeFrame);
    const { quality } = world.database;
    const wrong = targetOf(25).revision.partition;
    const line = { check: 'delay.avg', status: 'fail', text: 't', severity: 9, open: false } as const;
    const incident = world.incident(unique('i'), {
      state: { state: 'resolved', reason: 'real_error', by: 'me', at: at(9) },
      lines: [{ ...line, partition: wrong, revision: 1 }],
    });
    await world.evaluated([], [incident]);
    const { partition } = targetOf(31).revision;
    // The distributions of the days after it were compared with the wrong day, too: those are measured anew.
    const resultsOf = async () => {
      const all = await quality.results({ dataset: world.dataset, partition, limit: 1_000 });
      const own = all.filter(({ metric }) => !/js_distance/.test(metric));
      return own.toSorted((a, b) => (a.check < b.check ? -1 : 1));
    };
    const before = await resultsOf();
    await judged(world, { kind: 'revision', revision: world.reference(partition) });
    const single = await resultsOf();
    assert.notDeepEqual(single, before, 'what people say changes what is learned');
    const asked = await judged(world, wholeFrame);
    assert.deepEqual(await resultsOf(), single);
    const told = asked?.targets.flatMap(({ revision, feedback }) => (feedback ? [revision.partition] : []));
    assert.deepEqual(told, [wrong]);
  });
});

describe('a drift', () => {
  it('is explained by the values that moved, from what is stored', async () => {
    const world = await flightsWorld();
    for (let nth = 0; nth < 10; nth++) await measuredDay(world, nth);
    await measuredDay(world, 10, { factor: 100 });
    await judged(world, wholeFrame);
    const results = new Results(world.database.quality);
    const { partition } = targetOf(10).revision;
    const found = await results.find({ dataset: world.dataset, partition, check: 'delay.js_distance' });
    assert.ok(found.ok);
    const { explanation, recomputation } = await results.explanation(found.value);
    assert.match(explanation.sentences.at(-1) ?? '', /^What moved most, in percent of the rows: “/);
    assert.equal(recomputation.agrees, true);
  });
});

describe('the special days of a check', () => {
  it('are the holidays of the policy’s country in the years of the partitions', async () => {
    const world = await flightsWorld('US');
    await measuredDay(world, 0);
    const asked = await judged(world, wholeFrame);
    assert.equal(asked?.specialDays?.['2001-07-04'], 'Independence Day');
    const plain = await flightsWorld();
    await measuredDay(plain, 0);
    assert.equal((await judged(plain, wholeFrame))?.specialDays, undefined);
  });
});

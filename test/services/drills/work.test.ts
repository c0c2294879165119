import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import type { DatasetName } from '../../../src/base/ids.ts';
import { fail, type Outcome, succeed } from '../../../src/base/outcome.ts';
import type { JobCounts } from '../../../src/ports/exercise-store.ts';
import type { DrilledService } from '../../../src/services/drills/drilled-service.ts';
import { Pace } from '../../../src/services/drills/pace.ts';
import { Submitter } from '../../../src/services/drills/submitter.ts';
import { WorkWatch } from '../../../src/services/drills/work-watch.ts';
import { planWorkload } from '../../../src/services/drills/workload.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { testKit } from '../../support/kit.ts';
import { datasetOf } from '../../support/names.ts';

const shop = datasetOf('shop');
const never = new AbortController().signal;

describe('the pace of a drill', () => {
  it('lets as much begin as is allowed, in order', async () => {
    const pace = new Pace(0);
    const begun: number[] = [];
    const begin = (jobs: number, number: number) => pace.begin(jobs, never).then(() => begun.push(number));
    const all = [begin(12, 1), begin(2, 2), begin(2, 3)];
    await Promise.resolve();
    assert.deepEqual(begun, []);
    pace.allow(10);
    await all[0];
    assert.deepEqual(begun, [1], 'the one that goes over the limit is the last');
    pace.allow(13);
    await all[1];
    pace.allow(5);
    assert.deepEqual(begun, [1, 2], 'what was allowed stays allowed, and no more');
    pace.allow(100);
    await Promise.all(all);
  });

  it('lets those go who do not want to wait any more', async () => {
    const stop = new AbortController();
    const waiting = new Pace(0).begin(1, stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
  });
});

describe('the watch over the work', () => {
  it('tells that a dataset is done only by a look that began after the question', async () => {
    const clock = createFakeClock();
    let counts = new Map<DatasetName, JobCounts>();
    const looks: (() => void)[] = [];
    const watch = new WorkWatch(clock, () => {
      const seen = counts;
      return new Promise((resolve) => looks.push(() => resolve(seen)));
    });
    const over = new AbortController();
    const run = watch.run(over.signal);
    const look = async () => {
      looks.shift()?.();
      await clock.advance(200);
    };
    // This look has seen nothing, because it began before the job was there.
    counts = new Map([[shop, { open: 1, ended: 0 }]]);
    let isIdle = false;
    const idle = watch.idle(shop, never).then(() => {
      isIdle = true;
    });
    await look();
    assert.equal(isIdle, false);
    counts = new Map([[shop, { open: 0, ended: 1 }]]);
    await look();
    assert.equal(isIdle, false, 'that look began while the job was open');
    await look();
    await idle;
    assert.equal(watch.ended, 1);
    over.abort();
    looks.shift()?.();
    await clock.advance(200);
    await run;
  });

  it('goes on when nobody can tell for a while', async () => {
    const clock = createFakeClock();
    let isAway = true;
    const watch = new WorkWatch(clock, async () => {
      if (isAway) throw new Error('the database is away');
      return new Map([[shop, { open: 0, ended: 5 }]]);
    });
    const over = new AbortController();
    const run = watch.run(over.signal);
    const reached = watch.reaches(5, never);
    await clock.advance(1_000);
    isAway = false;
    await clock.advance(200);
    await reached;
    over.abort();
    await clock.advance(200);
    await run;
  });
});

describe('asking for jobs', () => {
  const lost = fail(failure('SERVICE_UNREACHABLE', 'gone'));

  function submitting(service: Partial<DrilledService>) {
    const kit = testKit();
    const submitter = new Submitter(kit, service as DrilledService, never);
    const done = async (work: Promise<void>) => {
      work.catch(() => undefined);
      for (let step = 0; step < 20; step += 1) await kit.clock.advance(100);
      await work;
      return submitter.submissions.map(({ kind, answered, job }) => [kind, answered, job]);
    };
    return { submitter, done };
  }

  it('asks for a scan until there is an answer, and notes each request without one', async () => {
    const answers: Outcome<{ id: string }>[] = [lost, lost, succeed({ id: 's3' })];
    const { submitter, done } = submitting({
      startScan: async () => (answers.shift() ?? lost) as never,
      jobs: async () => succeed({ jobs: [] }),
    });
    assert.deepEqual(await done(submitter.scan(shop)), [
      ['scan', false, undefined],
      ['scan', false, undefined],
      ['scan', true, 's3'],
    ]);
  });

  it('begins no second backfill when the answer to the first was lost', async () => {
    let asked = 0;
    const { submitter, done } = submitting({
      startBackfill: async () => {
        asked += 1;
        return lost;
      },
      jobs: async () => succeed({ jobs: [{ id: 'b1' } as never] }),
    });
    assert.deepEqual(await done(submitter.backfill(shop)), [
      ['backfill', false, undefined],
      ['backfill', true, 'b1'],
    ]);
    assert.equal(asked, 1);
  });

  it('takes a scan that it does not know for the one whose answer was lost', async () => {
    const answers: Outcome<{ id: string }>[] = [succeed({ id: 's1' }), lost];
    const { submitter, done } = submitting({
      startScan: async () => (answers.shift() ?? lost) as never,
      jobs: async () => succeed({ jobs: [{ id: 's2' } as never, { id: 's1' } as never] }),
    });
    await done(submitter.scan(shop));
    assert.deepEqual((await done(submitter.scan(shop))).slice(1), [
      ['scan', false, undefined],
      ['scan', true, 's2'],
    ]);
  });

  it('asks again for a backfill that was not taken', async () => {
    const answers: Outcome<{ id: string }>[] = [lost, succeed({ id: 'b2' })];
    const { submitter, done } = submitting({
      startBackfill: async () => (answers.shift() ?? lost) as never,
      jobs: async () => succeed({ jobs: [] }),
    });
    assert.deepEqual((await done(submitter.backfill(shop))).at(-1), ['backfill', true, 'b2']);
  });

  it('asks for the same exercise again until it is taken', async () => {
    const { submitter, done } = submitting({});
    const asked: string[] = [];
    const queue = {
      enqueue: async (jobs: readonly { readonly id: string }[]) => {
        asked.push(...jobs.map(({ id }) => id));
        if (asked.length < 3) throw new Error('the database is away');
      },
    };
    const submissions = await done(submitter.exercise(queue, { dataset: shop, tasks: 1, busyMs: 0 }));
    assert.equal(new Set(asked).size, 1);
    assert.deepEqual(submissions, [['exercise', true, asked[0]]]);
  });

  it('gives up what can not pass', async () => {
    const refused = fail(failure('DATASET_NOT_FOUND', 'there is none'));
    const { submitter, done } = submitting({ startScan: async () => refused });
    await assert.rejects(done(submitter.scan(shop)), /there is none/);
  });
});

describe('the work of a drill', () => {
  const plan = (jobs: number, seed = 1) => planWorkload({ jobs, seed, messagesTo: 'http://m' });

  it('is as many jobs as were asked for, most of them with data', () => {
    for (const jobs of [30, 100, 1_000]) {
      const { datasets, exercises, jobs: planned } = plan(jobs);
      assert.equal(planned, jobs);
      assert.equal(datasets.length * 22 + exercises.length, jobs);
      assert.ok(datasets.length * 22 >= jobs * 0.6);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(plan(100), plan(100));
    assert.notDeepEqual(plan(100).datasets[0]?.past, plan(100, 2).datasets[0]?.past);
  });

  it('brings every dataset one partition that can not be read, three that must alarm and a clean one', () => {
    for (const { arrivals, past } of plan(200).datasets) {
      const ragged = arrivals.filter(({ text }) => text.includes('too,many'));
      const short = arrivals.filter(({ text }) => text.split('\n').length < 20);
      assert.deepEqual([arrivals.length, ragged.length, short.length, past.length], [5, 1, 1, 10]);
    }
  });
});

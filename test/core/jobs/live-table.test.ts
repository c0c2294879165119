import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { taskName } from '../../../src/base/ids.ts';
import { refillLiveJob } from '../../../src/core/jobs/live-table.ts';
import { liveJob, liveTask } from '../../support/live-cluster.ts';

const plan = Array.from({ length: 30 }, (_, at) => liveTask(`t${at}`).plan);
const none = { plan, from: 0, ended: new Set<never>(), attempts: new Map() };

describe('the live table of a job', () => {
  it('takes every task of the plan in once, in order, however it is refilled, and never more than its size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 40 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        (picks, size) => {
          let live = liveJob({ id: 'j1', tasks: [] });
          let from = 0;
          const ended = new Set<string>();
          const seen: string[] = [];
          for (const pick of [...picks, ...Array.from({ length: 60 }, () => 0)]) {
            const filled = refillLiveJob(live, { ...none, from, ended }, size);
            from = filled.next;
            const known = new Set(live.tasks.map((task) => task.plan.name));
            seen.push(...filled.live.tasks.map((task) => task.plan.name).filter((name) => !known.has(name)));
            live = filled.live;
            assert.ok(live.tasks.length <= size);
            const chosen = live.tasks[pick % Math.max(1, live.tasks.length)];
            if (chosen !== undefined) ended.add(chosen.plan.name);
          }
          assert.deepEqual(
            seen,
            plan.map((task) => task.name),
          );
          assert.deepEqual(live.tasks, []);
        },
      ),
    );
  });

  it('stays the same object when nothing changed', () => {
    const { live, next } = refillLiveJob(liveJob({ id: 'j1', tasks: [] }), none, 30);
    assert.equal(refillLiveJob(live, { ...none, from: next }, 30).live, live);
  });

  it('starts a task with the attempts that it is known to have had', () => {
    const attempts = new Map([[taskName('t0'), 2]]);
    const { live } = refillLiveJob(liveJob({ id: 'j1', tasks: [] }), { ...none, attempts }, 1);
    assert.equal(live.tasks[0]?.attempts, 2);
  });
});

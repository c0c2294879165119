import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jobId, nodeId } from '../../../src/base/ids.ts';
import { instant } from '../../../src/base/units.ts';
import { checkHistory } from '../../../src/core/drills/check-history.ts';
import type { DrilledJob, DrillHistory } from '../../../src/core/drills/history.ts';
import type { FindingKind } from '../../../src/core/drills/verdict.ts';
import { cleanHistory, effectOf, jobOf, submissionOf, taskOf } from './histories.ts';

type Defect = {
  readonly name: string;
  readonly kinds: readonly FindingKind[];
  readonly put: (clean: DrillHistory) => Partial<DrillHistory>;
};

/** Every way in which a drill can be wrong. Each must be found, alone and among others. */
const defects: readonly Defect[] = [
  {
    name: 'an exercise that was taken and is not there',
    kinds: ['lost'],
    put: ({ jobs, effects }) => ({
      jobs: jobs.filter(({ kind }) => kind !== 'exercise'),
      effects: effects.slice(2),
    }),
  },
  {
    name: 'an exercise that nobody asked for',
    kinds: ['unexpected'],
    put: ({ jobs, effects }) => ({
      jobs: [...jobs, jobOf('x9', { kind: 'exercise', tasks: 1, busyMs: 0 }, [taskOf('exercise/0')])],
      effects: [...effects, effectOf('x9', 'exercise/0')],
    }),
  },
  {
    name: 'an exercise that has not ended',
    kinds: ['stuck'],
    put: ({ jobs }) => ({ jobs: changed(jobs, 'x1', { state: 'open' }) }),
  },
  {
    name: 'an exercise that failed',
    kinds: ['failed'],
    put: ({ jobs }) => ({ jobs: changed(jobs, 'x1', { state: 'failed' }) }),
  },
  {
    name: 'a task of an exercise without an outcome',
    kinds: ['lost'],
    put: ({ jobs }) => ({ jobs: changed(jobs, 'x1', { tasks: tasksOf(jobs, 'x1').slice(1) }) }),
  },
  {
    name: 'a task that was quarantined, whose zombie committed',
    kinds: ['failed', 'wrong'],
    put: ({ jobs }) => ({
      jobs: changed(jobs, 'x1', {
        tasks: tasksOf(jobs, 'x1').map((task, at) => (at === 0 ? { ...task, status: 'quarantined' } : task)),
      }),
    }),
  },
  {
    name: 'a task that is done without an effect',
    kinds: ['lost'],
    put: ({ effects }) => ({ effects: effects.slice(1) }),
  },
  {
    name: 'a task that two nodes have committed',
    kinds: ['double_commit'],
    put: ({ effects }) => ({
      effects: [...effects, { ...effectOf('x1', 'exercise/1'), node: nodeId('zombie') }],
    }),
  },
  {
    name: 'a task that one node has committed twice',
    kinds: ['double_commit'],
    put: ({ effects }) => ({ effects: [...effects, effectOf('x1', 'exercise/1')] }),
  },
  {
    name: 'an effect with the value of another task',
    kinds: ['wrong'],
    put: ({ effects: [first, ...rest] }) => ({
      effects: first === undefined ? [] : [{ ...first, value: first.value + 1 }, ...rest],
    }),
  },
  {
    name: 'an effect of another attempt than the outcome that stands',
    kinds: ['wrong'],
    put: ({ effects: [first, ...rest] }) => ({
      effects: first === undefined ? [] : [{ ...first, node: nodeId('n2') }, ...rest],
    }),
  },
  {
    name: 'an effect of a task that the job does not have',
    kinds: ['unexpected'],
    put: ({ effects }) => ({ effects: [...effects, effectOf('x1', 'exercise/2')] }),
  },
  {
    name: 'a scan that was taken and is not there',
    kinds: ['lost', 'lost'],
    put: ({ jobs }) => ({ jobs: jobs.filter(({ id }) => id !== 's1') }),
  },
  {
    name: 'a check that never followed its scan',
    kinds: ['lost'],
    put: ({ jobs }) => ({ jobs: jobs.filter(({ id }) => id !== 'c1') }),
  },
  {
    name: 'a check that was enqueued twice',
    kinds: ['duplicated'],
    put: ({ jobs }) => ({ jobs: [...jobs, ...changed(jobs, 'c1', { id: jobId('c2') }).slice(2)] }),
  },
  {
    name: 'a scan that took in what was not there to take in',
    kinds: ['unexpected'],
    put: ({ jobs }) => ({ jobs: [...jobs, jobOf('s2', { kind: 'scan' }, [taskOf('ingest/part-2')])] }),
  },
  {
    name: 'a scan that nobody asked for, though it found nothing',
    kinds: ['unexpected'],
    put: ({ jobs }) => ({ jobs: [...jobs, jobOf('s2', { kind: 'scan' }, [taskOf('lookup')])] }),
  },
  {
    name: 'a check that has not ended',
    kinds: ['stuck'],
    put: ({ jobs }) => ({ jobs: changed(jobs, 'c1', { state: 'open' }) }),
  },
  {
    name: 'a check that failed',
    kinds: ['failed'],
    put: ({ jobs }) => ({ jobs: changed(jobs, 'c1', { state: 'failed' }) }),
  },
  {
    name: 'a check that ended without all of its tasks',
    kinds: ['wrong'],
    put: ({ jobs }) => ({ jobs: changed(jobs, 'c1', { tasks: tasksOf(jobs, 'c1').slice(1) }) }),
  },
  {
    name: 'a partition of which half the rows were taken in',
    kinds: ['wrong'],
    put: ({ jobs }) => ({
      jobs: changed(jobs, 's1', {
        tasks: [taskOf('lookup'), taskOf('ingest/part-1', { kind: 'ingest', rowCount: 5 })],
      }),
    }),
  },
  { name: 'a result that is missing', kinds: ['lost'], put: () => ({ results: [] }) },
  {
    name: 'a result that differs in its last digit',
    kinds: ['wrong'],
    put: () => ({ results: [{ key: 'r1', text: '{"value":10.000000000000002}' }] }),
  },
  {
    name: 'a result more',
    kinds: ['unexpected'],
    put: ({ results }) => ({ results: [...results, { key: 'r2', text: '{}' }] }),
  },
  { name: 'an incident that was not opened', kinds: ['lost'], put: () => ({ incidents: [] }) },
  {
    name: 'an incident that was opened twice',
    kinds: ['unexpected'],
    put: ({ incidents }) => ({ incidents: [...incidents, ...incidents] }),
  },
  { name: 'a message that was not delivered', kinds: ['lost'], put: () => ({ deliveries: [] }) },
  {
    name: 'a message that came twice under different keys',
    kinds: ['duplicated'],
    put: ({ deliveries }) => ({ deliveries: deliveries.flatMap((one) => [one, { ...one, key: 'other' }]) }),
  },
  {
    name: 'a message that says something else when it is repeated',
    kinds: ['wrong'],
    put: ({ deliveries }) => ({ deliveries: deliveries.flatMap((one) => [one, { ...one, text: 'else' }]) }),
  },
];

describe('the checker of a history', () => {
  it('lets pass what equals a run without faults', () => {
    const verdict = checkHistory(cleanHistory(), cleanHistory());
    assert.deepEqual(verdict.findings, []);
    assert.equal(verdict.passed, true);
    assert.deepEqual(verdict.counts, {
      jobs: 3,
      jobsSucceeded: 3,
      tasks: 7,
      recovered: 0,
      results: 1,
      incidents: 1,
      messages: 1,
      messagesRepeated: 0,
      retries: 0,
    });
  });

  for (const { name, kinds, put } of defects) {
    it(`finds ${name}`, () => {
      const clean = cleanHistory();
      const verdict = checkHistory({ ...clean, ...put(clean) }, clean);
      assert.deepEqual(
        verdict.findings.map(({ kind }) => kind),
        kinds,
        JSON.stringify(verdict.findings),
      );
      assert.equal(verdict.passed, false);
    });
  }

  it('finds something whatever defects come together', () => {
    fc.assert(
      fc.property(fc.subarray([...defects], { minLength: 1, maxLength: 3 }), (some) => {
        const clean = cleanHistory();
        // Applied one upon the other: a defect may hide another, never all.
        const broken = some.reduce(
          (history, { put }) => ({ ...history, ...put(history) }),
          clean as DrillHistory,
        );
        assert.equal(checkHistory(broken, clean).passed, false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not mind in which order things happened, where, when and how often they were tried', () => {
    const clean = cleanHistory();
    const moved = clean.jobs.map((job) => ({
      ...job,
      createdAt: instant(job.createdAt + 1_000),
      endedAt: instant(5_000),
      tasks: job.tasks
        .map((task) => ({ ...task, ...(job.kind === 'exercise' ? {} : { attempts: 3, node: nodeId('n9') }) }))
        .toReversed(),
    }));
    const verdict = checkHistory({ ...clean, jobs: moved.toReversed() }, clean);
    assert.deepEqual(verdict.findings, []);
    assert.equal(verdict.counts.retries, 10);
  });

  it('counts retries against those that are allowed', () => {
    const clean = cleanHistory();
    const tasks = tasksOf(clean.jobs, 's1').map((task) => ({ ...task, attempts: 2 }));
    const retried = { ...clean, jobs: changed(clean.jobs, 's1', { tasks }) };
    const kinds = (retriesMax: number) =>
      checkHistory(retried, clean, { retriesMax }).findings.map(({ kind }) => kind);
    assert.deepEqual(kinds(2), []);
    assert.deepEqual(kinds(1), ['retried']);
  });

  it('takes a repetition under the same key for what receivers drop', () => {
    const clean = cleanHistory();
    const verdict = checkHistory({ ...clean, deliveries: [...clean.deliveries, ...clean.deliveries] }, clean);
    assert.deepEqual([verdict.passed, verdict.counts.messagesRepeated], [true, 1]);
  });

  it('lets a job stand whose submission had no answer, and lets it be absent', () => {
    const clean = cleanHistory();
    const submissions = [...clean.submissions, submissionOf('exercise', 'x2', false)];
    assert.equal(checkHistory({ ...clean, submissions }, clean).passed, true);
    const taken = jobOf('x2', { kind: 'exercise', tasks: 1, busyMs: 0 }, [
      taskOf('exercise/0', { kind: 'exercise', value: 1 }),
    ]);
    const verdict = checkHistory(
      {
        ...clean,
        submissions,
        jobs: [...clean.jobs, taken],
        effects: [...clean.effects, effectOf('x2', 'exercise/0')],
      },
      clean,
    );
    assert.deepEqual(verdict.findings, []);
    assert.equal(verdict.counts.recovered, 1);
  });

  it('forgives one scan without work for each request for a scan that had no answer, and no more', () => {
    const clean = cleanHistory();
    const submissions = [...clean.submissions, submissionOf('scan', undefined, false)];
    const idle = (id: string): DrilledJob =>
      jobOf(id, { kind: 'scan' }, [
        taskOf('lookup'),
        taskOf('ingest/part-1', { kind: 'ingest', rowCount: 10 }),
      ]);
    const once = checkHistory({ ...clean, submissions, jobs: [...clean.jobs, idle('s2')] }, clean);
    assert.deepEqual([once.passed, once.counts.recovered], [true, 1]);
    const twice = { ...clean, submissions, jobs: [...clean.jobs, idle('s2'), idle('s3')] };
    assert.equal(checkHistory(twice, clean).passed, false);
  });

  it('takes nothing for lost that a drill that was cut short has not begun, and lets none of them pass', () => {
    const clean = cleanHistory();
    const half = { ...clean, jobs: clean.jobs.slice(0, 2), results: [], incidents: [], deliveries: [] };
    const verdict = checkHistory(half, clean, { cutShort: true });
    assert.deepEqual([verdict.findings, verdict.passed], [[], false]);
    const kinds = (history: DrillHistory) =>
      checkHistory(history, clean, { cutShort: true }).findings.map(({ kind }) => kind);
    assert.deepEqual(kinds({ ...half, effects: [] }), ['lost', 'lost'], 'what was done must be whole');
    assert.deepEqual(kinds({ ...half, jobs: [] }), ['lost', 'unexpected', 'unexpected', 'lost']);
    assert.deepEqual(kinds({ ...half, results: [{ key: 'r1', text: 'other' }] }), ['wrong']);
  });

  it('lets no drill pass in which nothing was done', () => {
    const nothing = { ...cleanHistory(), jobs: [], effects: [], submissions: [], deliveries: [] };
    const empty = { ...nothing, results: [], incidents: [] };
    assert.equal(checkHistory(empty, empty).passed, false);
  });
});

function changed(jobs: readonly DrilledJob[], id: string, parts: Partial<DrilledJob>): DrilledJob[] {
  return jobs.map((job) => (job.id === id ? { ...job, ...parts } : job));
}

function tasksOf(jobs: readonly DrilledJob[], id: string): DrilledJob['tasks'] {
  return jobs.find((job) => job.id === id)?.tasks ?? [];
}

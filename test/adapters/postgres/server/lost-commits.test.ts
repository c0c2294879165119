import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { UnknownOutcome } from '../../../../src/adapters/postgres/database-fault.ts';
import type { ServerDatabase } from '../../../../src/adapters/postgres/server/open.ts';
import { commitTask, settled } from '../../../../src/adapters/postgres/task-fence.ts';
import { FailureError, failure } from '../../../../src/base/errors.ts';
import { taskId, taskName } from '../../../../src/base/ids.ts';
import { fail } from '../../../../src/base/outcome.ts';
import { exerciseValue } from '../../../../src/core/drills/exercise-value.ts';
import type { Job } from '../../../../src/core/jobs/job.ts';
import type { CommitOutcome } from '../../../../src/ports/commit.ts';
import {
  at,
  commit,
  ended,
  ingestOutput,
  key,
  TestWorld,
  unique,
} from '../../../conformance/database-fixtures.ts';
import { eventually } from '../../../support/eventually.ts';
import { openOnServer, type PostgresServer, startPostgres } from '../../../support/postgres-server.ts';
import { directly } from './directly.ts';
import { type LosingProxy, startLosingProxy } from './losing-proxy.ts';

type Case = {
  readonly name: string;
  /** Whether it is a transaction of several statements, which ends with `commit`. */
  readonly isTransaction: boolean;
  readonly run: (world: TestWorld, job: Job) => Promise<CommitOutcome>;
  readonly effects: (world: TestWorld, job: Job) => Promise<number>;
};

const cases: readonly Case[] = [
  {
    name: 'an ingest',
    isTransaction: true,
    run: (world, job) =>
      world.database.revisions.commitIngest({
        commit: commit(job, 'ingest/a', ingestOutput),
        revision: world.revision('2001-01-01', { contentHash: 'content' }),
        followUp: (revision) => world.job({ kind: 'check', revision, batches: 1 }),
      }),
    effects: async ({ database, dataset }) => {
      const stored = await database.revisions.newest(dataset, key('2001-01-01'));
      const checks = await database.jobs.list({ dataset, kind: 'check', limit: 9 });
      return Math.max(stored?.number ?? 0, checks.length);
    },
  },
  {
    name: 'messages',
    isTransaction: true,
    run: (world, job) =>
      world.database.outbox.commitNotify(commit(job, 'notify', { kind: 'notify', messages: 1 }), [
        {
          id: unique('m'),
          dataset: world.dataset,
          channel: 'log',
          message: {
            kind: 'partition_checked',
            dataset: world.dataset,
            status: 'pass',
            title: 't',
            lines: [],
            counts: { pass: 1, warn: 0, fail: 0, error: 0, not_evaluated: 0 },
            incidents: [],
            at: at(1),
          },
        },
      ]),
    effects: async ({ database, dataset }) => (await database.outbox.list(dataset, 9)).length,
  },
  {
    name: 'a task of one statement',
    isTransaction: false,
    run: exercise,
    effects: async ({ database }, job) => (await database.exercises.effects([job.id])).length,
  },
];

function exercise(
  { database }: TestWorld,
  job: Job,
  name = 'exercise/0',
  attempt = 1,
): Promise<CommitOutcome> {
  const task = taskName(name);
  const given = commit(job, name, { kind: 'exercise', value: exerciseValue(job.id, task) });
  return database.exercises.commitExercise({
    ...given,
    fence: { ...given.fence, attempt, task: taskId(job.id, task) },
  });
}

describe('a commit whose server is lost', () => {
  let server: PostgresServer;
  let url: string;
  let proxy: LosingProxy;
  let database: ServerDatabase;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    url = await server.createDatabase();
    proxy = await startLosingProxy(url);
    database = await openOnServer(proxy.url);
  });
  afterEach(async () => {
    await database.close();
    await proxy[Symbol.asyncDispose]();
  });

  for (const { name, isTransaction, run, effects } of cases) {
    for (const loss of ['request', 'answer'] as const) {
      it(`is done once, and says so, when its ${loss} is lost: ${name}`, async () => {
        const world = new TestWorld(database);
        const job = await world.enqueued({ kind: 'scan' });
        if (isTransaction) proxy.loseNextCommit(loss);
        else proxy.loseNextClaim(loss);
        assert.deepEqual(await run(world, job), { ok: true, value: undefined });
        assert.equal(proxy.lost(), 1);
        assert.equal(await effects(world, job), 1);
        const again = await run(world, job);
        assert.ok(!again.ok && again.error.code === 'COMMIT_SUPERSEDED', 'it is no licence to commit twice');
      });
    }
  }

  for (const loss of ['request', 'answer'] as const) {
    it(`is done once when its ${loss} is lost: new jobs, and ends with what follows them`, async () => {
      const world = new TestWorld(database);
      proxy.loseNextCommit(loss);
      const job = await world.enqueued({ kind: 'scan' });
      proxy.loseNextCommit(loss);
      const outcome = ended('ingest/a');
      const followUp = world.job({
        kind: 'report',
        partition: key('a'),
        failure: failure('INTERNAL', 'it broke'),
      });
      const standing = await database.jobs.recordEnds([{ job: job.id, outcome, followUps: [followUp] }]);
      assert.deepEqual(standing, [outcome]);
      assert.equal(proxy.lost(), 2);
      const open = await database.jobs.list({ dataset: world.dataset, open: true, limit: 9 });
      assert.deepEqual(new Set(open.map((one) => one.job.id)), new Set([job.id, followUp.id]));
    });
  }

  it('is superseded when another attempt was committed before it was tried again', async () => {
    const world = new TestWorld(database);
    const job = await world.enqueued({ kind: 'scan' });
    await using db = directly(url);
    let tries = 0;
    const outcome = await settled(db.kysely, commit(job, 'exercise/0', { kind: 'exercise', value: 1 }), {
      whenOurs: undefined,
      run: async () => {
        tries += 1;
        if (tries > 1) return await exercise(world, job);
        assert.ok((await exercise(world, job, 'exercise/0', 2)).ok);
        throw new UnknownOutcome(failure('DATABASE_UNAVAILABLE', 'lost'));
      },
    });
    assert.ok(!outcome.ok && outcome.error.code === 'COMMIT_SUPERSEDED');
    assert.equal(tries, 2);
  });

  it('is not looked for when it was never in doubt', async () => {
    const world = new TestWorld(database);
    const job = await world.enqueued({ kind: 'scan' });
    assert.ok((await exercise(world, job)).ok);
    await using db = directly(url);
    const refused = failure('COMMIT_SUPERSEDED', 'another one was first');
    const outcome = await settled(db.kysely, commit(job, 'exercise/0', { kind: 'exercise', value: 1 }), {
      whenOurs: undefined,
      run: () => Promise.resolve(fail(refused)),
    });
    assert.deepEqual(outcome, fail(refused));
  });

  it('gives way to another attempt when its process stands still in the middle', async () => {
    const world = new TestWorld(database);
    const job = await world.enqueued({ kind: 'scan' });
    await using stopped = directly(`${url}?idle_in_transaction_session_timeout=100`);
    const isInTheMiddle = Promise.withResolvers<void>();
    const goesOn = Promise.withResolvers<void>();
    const task = commit(job, 'exercise/0', { kind: 'exercise', value: 1 });
    const late = commitTask(stopped.kysely, task, async () => {
      isInTheMiddle.resolve();
      await goesOn.promise;
    });
    await isInTheMiddle.promise;
    assert.ok((await exercise(world, job, 'exercise/0', 2)).ok);
    goesOn.resolve();
    const outcome = await late;
    assert.ok(!outcome.ok && outcome.error.code === 'COMMIT_SUPERSEDED');
  });

  it('leaves each effect once when many commit while the server is killed twice', async () => {
    const tasks = 2_000;
    const others = await Promise.all([1, 2, 3].map(() => openOnServer(url)));
    const world = new TestWorld(others[0] ?? database);
    const job = await world.enqueued({ kind: 'exercise', tasks, busyMs: 0 });
    let committed = 0;
    let next = 0;
    const work = async (own: ServerDatabase): Promise<void> => {
      for (;;) {
        const number = next++;
        if (number >= tasks) return;
        await commitAtLast(new TestWorld(own), job, `exercise/${number}`);
        committed += 1;
      }
    };
    const working = Promise.all(others.flatMap((own) => [work(own), work(own), work(own)]));
    for (const share of [0.2, 0.6]) {
      await eventually('they are in the middle', () => committed >= tasks * share, 60_000);
      await server.kill();
      await server.restart();
    }
    await working;
    const effects = await world.database.exercises.effects([job.id]);
    assert.equal(effects.length, tasks);
    assert.equal(new Set(effects.map((effect) => effect.name)).size, tasks);
    for (const effect of effects) assert.equal(effect.value, exerciseValue(job.id, effect.name));
    for (const own of others) await own.close();
  });
});

/** As a cluster does: what failed with a code that may pass is tried again, as another attempt. */
async function commitAtLast(world: TestWorld, job: Job, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const outcome = await exercise(world, job, name, attempt);
      // A refusal is right only when an earlier attempt left open what became of it.
      assert.ok(outcome.ok || attempt > 1, JSON.stringify(outcome));
      return;
    } catch (error) {
      assert.ok(
        error instanceof FailureError && error.failure.code === 'DATABASE_UNAVAILABLE',
        String(error),
      );
    }
  }
}

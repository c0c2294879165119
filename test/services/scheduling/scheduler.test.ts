import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { DatasetName } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { hour, instant, minute } from '../../../src/base/units.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';
import type { DatasetDefinition, PublishRule } from '../../../src/core/datasets/definition.ts';
import type { Job } from '../../../src/core/jobs/job.ts';
import type { Database } from '../../../src/ports/database.ts';
import { MissedScans } from '../../../src/services/notification/missed-scans.ts';
import { Scheduler } from '../../../src/services/scheduling/scheduler.ts';
import { Schedules } from '../../../src/services/scheduling/schedules.ts';
import { openTestDatabase, type TestDatabase } from '../../support/embedded-database.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { testKit } from '../../support/kit.ts';

/** Noon of a day, a later one for each test, so that nothing of another test is due. */
let noon = Date.UTC(2026, 0, 1, 12);

describe('a scheduler on a database', () => {
  let opened: TestDatabase;
  let database: Database;
  before(async () => {
    opened = await openTestDatabase();
    database = opened.database;
  });
  after(async () => {
    await opened[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    for (const { definition } of await database.datasets.list())
      await database.datasets.remove(definition.dataset);
    noon += 30 * 24 * hour;
  });

  function setUp(over: Partial<Database> = {}) {
    const kit = testKit({ clock: createFakeClock(noon) });
    const parts = { ...database, ...over };
    const scheduler = new Scheduler(kit, { ...parts, missed: new MissedScans(database) });
    return { kit, scheduler };
  }

  const scans = async (dataset?: string): Promise<Job[]> => {
    const filter = {
      kind: 'scan',
      limit: 1_000,
      ...(dataset === undefined ? {} : { dataset: dataset as DatasetName }),
    } as const;
    return (await database.jobs.list(filter)).map(({ job }) => job);
  };
  const endScans = async (): Promise<void> => {
    const open = await database.jobs.list({ open: true, limit: 1_000 });
    const end = { status: 'succeeded', endedAt: instant(noon), tasks: 1, tasksFailed: 0 } as const;
    await database.jobs.end(open.map(({ job }) => ({ id: job.id, end })));
  };

  it('scans what was registered once, after the moment in which people ask for a backfill', async () => {
    const { kit, scheduler } = setUp();
    await database.datasets.apply(define('one', { type: 'static' }), kit.clock.now());
    assert.deepEqual(await scheduler.tick(), { due: 1, decided: 1, scans: 0, hasMore: false });
    kit.clock.jump(limits.registrationGraceMs);
    assert.equal((await scheduler.tick()).scans, 1);
    kit.clock.jump(300 * 24 * hour);
    assert.equal((await scheduler.tick()).due, 0);
    assert.equal((await scans('one')).length, 1);
    assert.equal(kit.telemetry.total('assay_schedule_decisions_total', { decision: 'scan' }), 1);
    assert.equal(kit.telemetry.value('assay_schedule_lag_seconds'), 0);
  });

  it('makes one scan for one due time, however many tick at once', async () => {
    const { kit } = setUp();
    for (let nth = 0; nth < 20; nth += 1) {
      await database.datasets.apply(define(`many-${nth}`, { type: 'continuous' }), kit.clock.now());
    }
    const all = Array.from({ length: 5 }, () => setUp());
    for (let round = 1; round <= 3; round += 1) {
      for (const { kit: own } of all) own.clock.jump(hour);
      const ticks = await Promise.all(all.map(({ scheduler }) => scheduler.tick()));
      assert.equal(
        ticks.reduce((sum, { scans: made }) => sum + made, 0),
        20,
      );
      assert.equal(
        ticks.reduce((sum, { decided }) => sum + decided, 0),
        20,
      );
      assert.equal((await scans()).length, 20 * round);
      await endScans();
    }
  });

  it('makes no second scan after it died between the queue and the schedule', async () => {
    const dies: Partial<Database> = {
      schedules: {
        due: (request) => database.schedules.due(request),
        of: (names) => database.schedules.of(names),
        save: () => Promise.reject(new Error('it died')),
      },
    };
    const { kit, scheduler } = setUp(dies);
    await database.datasets.apply(define('halfway', { type: 'continuous' }), kit.clock.now());
    kit.clock.jump(hour);
    await assert.rejects(scheduler.tick());
    await assert.rejects(scheduler.tick());
    assert.equal((await scans('halfway')).length, 1);
    // Its scan may have ended before another scheduler looks.
    await endScans();
    const next = setUp();
    next.kit.clock.jump(hour);
    assert.deepEqual(await next.scheduler.tick(), { due: 1, decided: 1, scans: 0, hasMore: false });
    assert.equal((await scans('halfway')).length, 1);
  });

  it('makes no scan of a dataset that was removed while it was decided about', async () => {
    const slow: Partial<Database> = {
      scheduleFacts: {
        read: async (asked) => {
          const facts = await database.scheduleFacts.read(asked);
          await database.datasets.remove('gone' as DatasetName);
          return facts;
        },
      },
    };
    const { kit, scheduler } = setUp(slow);
    await database.datasets.apply(define('gone', { type: 'continuous' }), kit.clock.now());
    kit.clock.jump(hour);
    assert.deepEqual(await scheduler.tick(), { due: 1, decided: 0, scans: 0, hasMore: false });
    assert.deepEqual(await scans('gone'), []);
  });

  it('leaves a dataset alone while somebody’s scan or backfill of it is open', async () => {
    const { kit, scheduler } = setUp();
    await database.datasets.apply(define('busy', { type: 'continuous' }), kit.clock.now());
    kit.clock.jump(hour);
    await scheduler.tick();
    for (let looks = 0; looks < 5; looks += 1) {
      kit.clock.jump(hour);
      await scheduler.tick();
    }
    assert.equal((await scans('busy')).length, 1);
    const view = await new Schedules(database).get('busy' as DatasetName);
    assert.ok(view.ok);
    assert.equal(view.value.decisions[0]?.reason, 'scan_open');
    assert.equal(view.value.why, 'skipped: a scan of it has not ended');
    assert.equal(view.value.nextScanAt, kit.clock.now() + limits.scheduleRecheckMs);
    assert.deepEqual(
      view.value.decisions.map(({ kind }) => kind),
      ['skipped', 'scan'],
    );
    assert.equal(view.value.decisions[1]?.job, (await scans('busy'))[0]?.id);
  });

  it('tells the owner that nothing came, once, whoever ticks, and that it has come after all', async () => {
    const rule = { type: 'periodic', cron: '0 6 * * *' };
    await database.datasets.apply(define('daily', rule), instant(noon));
    const [first, second] = [setUp(), setUp()];
    for (let minutes = 0; minutes < 24 * 60; minutes += 5) {
      for (const { kit, scheduler } of [first, second]) {
        kit.clock.jump(5 * minute);
        await scheduler.tick();
        await endScans();
      }
    }
    const told = async (): Promise<string[]> =>
      (await database.outbox.list('daily' as DatasetName, 100)).map(({ message }) => message.kind);
    assert.deepEqual(await told(), ['scan_missed']);
    // 6:00 with its back-off until 12:00.
    const made = (await scans('daily')).filter(({ createdAt }) => createdAt >= noon + 18 * hour);
    assert.equal(new Set(made.map(({ createdAt }) => createdAt)).size, made.length);
    assert.ok(made.length >= 6 && made.length <= 14, `${made.length} scans`);
  });

  it('goes on past a dataset that only a later release understands, and looks at it again later', async () => {
    const { kit } = setUp();
    await database.datasets.apply(define('known', { type: 'continuous' }), kit.clock.now());
    const later = {
      ...define('later', { type: 'static' }),
      publish: { type: 'lunar' } as unknown as PublishRule,
    };
    await database.datasets.apply(later, kit.clock.now());
    const { kit: own, scheduler } = setUp();
    own.clock.jump(hour);
    assert.deepEqual(await scheduler.tick(), { due: 2, decided: 2, scans: 1, hasMore: false });
    const put = (await database.schedules.of([later.dataset])).get(later.dataset);
    assert.equal(put?.nextAt, own.clock.now() + limits.schedulePausedMs);
    assert.ok(own.log.events.some(({ message }) => message === 'a dataset could not be decided about'));
  });

  it('begins no more scans in a tick than sources bear, the owners in turn', async () => {
    const { kit, scheduler } = setUp();
    const count = limits.scheduledScansPerTickMax + 20;
    for (let nth = 0; nth < count; nth += 1) {
      const owner = nth < count - 5 ? 'big@example.org' : `small-${nth}@example.org`;
      await database.datasets.apply(
        define(`crowd-${String(nth).padStart(3, '0')}`, { type: 'continuous' }, owner),
        kit.clock.now(),
      );
    }
    kit.clock.jump(limits.registrationGraceMs);
    const tick = await scheduler.tick();
    assert.deepEqual(tick, {
      due: count,
      decided: limits.scheduledScansPerTickMax,
      scans: limits.scheduledScansPerTickMax,
      hasMore: true,
    });
    for (let nth = count - 5; nth < count; nth += 1)
      assert.equal((await scans(`crowd-${String(nth).padStart(3, '0')}`)).length, 1);
    assert.equal((await scheduler.tick()).scans, 20);
  });
});

function define(dataset: string, publish: object, owner = 'owner@example.org'): DatasetDefinition {
  const decoded = decodeDataset({
    dataset,
    owner,
    provider: { type: 'files', path: '/data/*.csv' },
    publish,
  });
  assert.ok(decoded.ok);
  return decoded.value;
}

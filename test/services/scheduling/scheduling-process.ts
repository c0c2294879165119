import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { type Instant, instant } from '../../../src/base/units.ts';
import { MissedScans } from '../../../src/services/notification/missed-scans.ts';
import { Scheduler } from '../../../src/services/scheduling/scheduler.ts';
import { testKit } from '../../support/kit.ts';
import { openOnServer } from '../../support/postgres-server.ts';
import { openWithRegistry } from './open-with-registry.ts';

/**
 * A scheduler in a process of its own, which ticks until it is killed, by a clock that runs `speed` times as fast from
 * `startMs` on, `skewMs` wrong. Says each scan that it offers to the queue: `<dataset> <due> <job>`.
 */
const [url = '', epoch = '', start = '', speed = '', skew = '', endpoint = ''] = process.argv.slice(2);
const now = (): Instant =>
  instant(Number(start) + (systemClock.now() - Number(epoch)) * Number(speed) + Number(skew));
const kit = { ...testKit(), random: createRandom(), clock: { ...systemClock, now } };
const database = await openWithRegistry(
  await openOnServer(url, undefined, { connectionsMax: 2, listens: false }),
  endpoint === '' ? undefined : endpoint,
);
const { schedules, jobs } = database;
const dues = new Map<string, Instant>();
const scheduler = new Scheduler(kit, {
  scheduleFacts: database.scheduleFacts,
  missed: new MissedScans(database),
  schedules: {
    of: (names) => schedules.of(names),
    save: (changes) => schedules.save(changes),
    due: async (request) => {
      const due = await schedules.due(request);
      for (const { definition, schedule } of due) dues.set(definition.dataset, schedule.nextAt);
      return due;
    },
  },
  jobs: new Proxy(jobs, {
    get: (store, name) => {
      if (name !== 'enqueueOnce') return Reflect.get(store, name) as unknown;
      return (offered: Parameters<typeof jobs.enqueueOnce>[0]) => {
        for (const { dataset, id } of offered)
          process.stdout.write(`${dataset} ${dues.get(dataset)} ${id}\n`);
        return store.enqueueOnce(offered);
      };
    },
  }),
});
process.stdout.write('ready\n');
for (;;) {
  await scheduler.tick();
  await kit.clock.sleep(5);
}

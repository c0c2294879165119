import { createLeaderLock } from '../adapters/postgres/server/leader-lock.ts';
import type { SchedulerConfig } from '../config/role-config.ts';
import { LeaderOnly } from '../roles/leader-only.ts';
import { createBatches } from './batches.ts';
import { createPeriodicWork } from './periodic-work.ts';
import type { Assemble } from './role.ts';
import { openScratch } from './scratch.ts';

/** What one process of an installation does again and again, and others stand by for. */
export const assembleScheduler: Assemble<SchedulerConfig> = async (config, { kit, database, keep }) => {
  const { directory } = keep(await openScratch(undefined));
  const batches = createBatches(kit, database, { place: config.batches, scratchDirectory: directory });
  const lock = createLeaderLock(config.databaseUrl, 'assay scheduler');
  const leader = new LeaderOnly(kit, lock, () => createPeriodicWork(kit, { ...config, database, batches }));
  return {
    services: [leader],
    members: [],
    probes: [{ name: 'database', check: () => database.ping() }],
    joined: leader.standing,
  };
};

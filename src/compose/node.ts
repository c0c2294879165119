import { createEngine } from '../adapters/duckdb/engine.ts';
import { createHolidays } from '../adapters/holidays/date-holidays.ts';
import { createMachineLoad } from '../adapters/system/machine-load.ts';
import type { NodeConfig } from '../config/role-config.ts';
import type { NodeDescription } from '../core/membership/node.ts';
import { Member } from '../roles/member.ts';
import { DataNode } from '../services/cluster/data-node.ts';
import { SourceGuard } from '../services/ingestion/source-guard.ts';
import type { Kit } from '../services/kit.ts';
import { createBatches } from './batches.ts';
import { type Assemble, memberAssembly } from './role.ts';
import { openScratch } from './scratch.ts';
import { secretsOf } from './secrets.ts';
import { memberId, openSession } from './session.ts';
import { taskHandlersOf } from './task-handlers.ts';
import { version } from './version.ts';

/** A data node with worker processes of its own. */
export const assembleNode: Assemble<NodeConfig> = async (config, { kit, database, keep, onBroken }) => {
  const { cluster, zooKeeper, slots } = config;
  const { directory } = keep(await openScratch(config.dataDirectory));
  const batches = createBatches(kit, database, { place: config.batches, scratchDirectory: directory });
  const engine = keep(createEngine(kit, { workersMax: slots, scratchDirectory: directory }));
  const guard = new SourceGuard(kit, database.sourceUse);
  const handlers = taskHandlersOf(cluster, {
    kit,
    database,
    holidays: createHolidays(),
    batches,
    engine,
    secrets: secretsOf(config),
    guard,
    scratchDirectory: directory,
    httpAllow: config.httpAllow,
  });
  const sources = () => guard.report();
  const load = createMachineLoad();
  const member = new Member(kit, {
    cluster,
    open: () => openSession(kit, config, { cluster, connectString: zooKeeper, deathWatch: true }),
    build: (coordination, onExpired) =>
      new DataNode(
        kit,
        { coordination, handlers, jobs: database.jobs, sources },
        { description: describe(kit, config), load, onBroken, onExpired },
      ),
    onBroken,
  });
  return memberAssembly(member, database);
};

/** Under a new id for each session. */
function describe(kit: Kit, config: NodeConfig): NodeDescription {
  const { name, hostName: host, region, zone, slots, memoryMb } = config;
  const startedAt = kit.clock.now();
  return { id: memberId(kit, name), host, version, region, zone, slots, memoryMb, startedAt };
}

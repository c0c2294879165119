import type { ManagerConfig } from '../config/role-config.ts';
import { Member } from '../roles/member.ts';
import { ResourceManager } from '../services/cluster/resource-manager.ts';
import { type Assemble, memberAssembly } from './role.ts';
import { memberId, openSession } from './session.ts';
import { version } from './version.ts';

/** A resource manager that stands for the leadership of its cluster for as long as the process runs. */
export const assembleManager: Assemble<ManagerConfig> = (config, { kit, database, onBroken }) => {
  const { cluster, zooKeeper, name } = config;
  const member = new Member(kit, {
    cluster,
    open: () => openSession(kit, config, { cluster, connectString: zooKeeper, deathWatch: true }),
    build: (coordination, onExpired) =>
      new ResourceManager(
        kit,
        { coordination, jobs: database.jobs },
        { id: memberId(kit, name), version, onBroken, onExpired },
      ),
    onBroken,
  });
  return memberAssembly(member, database);
};

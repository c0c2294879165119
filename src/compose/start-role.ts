import type { RoleConfig } from '../config/role-config.ts';
import type { Kit } from '../services/kit.ts';
import type { OperatorAlerts } from '../services/operators/operator-alerts.ts';
import { assembleApi } from './api.ts';
import { createServiceKit } from './kit.ts';
import { assembleManager } from './manager.ts';
import { assembleNode } from './node.ts';
import { RoleProcess } from './role-process.ts';
import { assembleScheduler } from './scheduler.ts';
import { version } from './version.ts';

/** Makes the process of a role; it does nothing before it is told to listen and to begin. */
export function createRole(config: RoleConfig): {
  readonly running: RoleProcess;
  readonly alerts: OperatorAlerts;
} {
  const { role, name } = config;
  const cluster = 'cluster' in config ? { cluster: config.cluster } : {};
  const { kit, alerts } = createServiceKit(config, { role, name, ...cluster, version });
  return { running: processOf(kit, config), alerts };
}

function processOf(kit: Kit, config: RoleConfig): RoleProcess {
  switch (config.role) {
    case 'manager':
      return new RoleProcess(kit, config, (parts) => assembleManager(config, parts));
    case 'node':
      return new RoleProcess(kit, config, (parts) => assembleNode(config, parts));
    case 'api':
      return new RoleProcess(kit, config, (parts) => assembleApi(config, parts));
    case 'scheduler':
      return new RoleProcess(kit, config, (parts) => assembleScheduler(config, parts));
  }
}

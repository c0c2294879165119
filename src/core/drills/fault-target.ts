import type { ClusterName } from '../../base/ids.ts';
import type { FaultScope, PlannedFault } from './fault-plan.ts';

/** A process of a cluster, as far as faults are concerned. */
export type FaultyProcess = {
  readonly name: string;
  readonly role: 'zookeeper' | 'postgres' | 'manager' | 'node' | 'api' | 'scheduler';
  readonly cluster?: ClusterName;
  readonly zone: string;
  readonly state: 'starting' | 'ready' | 'frozen' | 'down';
};

/** Whom a fault hits now. `not_yet`: nobody may be hit at the moment, wait until more processes are well. */
export type FaultTarget =
  | { readonly kind: 'hit'; readonly names: readonly string[]; readonly what: string }
  | { readonly kind: 'not_yet' };

/**
 * Chooses the processes of a fault. It never takes a majority of the ZooKeeper servers, nor PostgreSQL while it is away,
 * nor a process that is away; `leaders` are the names of the managers that lead now.
 */
export function targetOf(
  fault: Pick<PlannedFault, 'scope' | 'choice'>,
  processes: readonly FaultyProcess[],
  leaders: ReadonlyMap<ClusterName, string>,
): FaultTarget {
  const hit = chosen(fault, processes, leaders);
  const names = hit.processes.filter(({ state }) => state === 'ready').map(({ name }) => name);
  if (names.length === 0 || !leavesMajority(new Set(names), processes)) return { kind: 'not_yet' };
  return { kind: 'hit', names, what: hit.what };
}

type Chosen = { readonly processes: readonly FaultyProcess[]; readonly what: string };

function chosen(
  { scope, choice }: Pick<PlannedFault, 'scope' | 'choice'>,
  processes: readonly FaultyProcess[],
  leaders: ReadonlyMap<ClusterName, string>,
): Chosen {
  if (scope.kind === 'zone') return zoneOf(choice, processes);
  const ready = processes.filter((one) => one.state === 'ready' && isInScope(one, scope, leaders));
  const one = ready[Math.floor(choice * ready.length)];
  if (one === undefined) return { processes: [], what: '' };
  const isManager = scope.kind === 'leader' || scope.kind === 'standby';
  return { processes: [one], what: isManager ? `${scope.kind} ${one.name}` : one.name };
}

/** All of a zone but PostgreSQL: there is one of it, whatever zone it is in, and it has faults of its own. */
function zoneOf(choice: number, processes: readonly FaultyProcess[]): Chosen {
  const zones = [...new Set(processes.map(({ zone }) => zone))].toSorted();
  const zone = zones[Math.floor(choice * zones.length)];
  return {
    processes: processes.filter((one) => one.zone === zone && one.role !== 'postgres'),
    what: `zone ${zone ?? ''}`,
  };
}

function isInScope(
  { role, cluster, name }: FaultyProcess,
  scope: FaultScope,
  leaders: ReadonlyMap<ClusterName, string>,
): boolean {
  switch (scope.kind) {
    case 'node':
      return role === 'node' && cluster === scope.cluster;
    case 'leader':
      return role === 'manager' && cluster === scope.cluster && leaders.get(scope.cluster) === name;
    case 'standby':
      return role === 'manager' && cluster === scope.cluster && leaders.get(scope.cluster) !== name;
    case 'zookeeper':
    case 'postgres':
    case 'api':
    case 'scheduler':
      return role === scope.kind;
    case 'zone':
      return true;
  }
}

function leavesMajority(hit: ReadonlySet<string>, processes: readonly FaultyProcess[]): boolean {
  const servers = processes.filter(({ role }) => role === 'zookeeper');
  if (!servers.some(({ name }) => hit.has(name))) return true;
  const well = servers.filter(({ name, state }) => state === 'ready' && !hit.has(name));
  return well.length * 2 > servers.length;
}

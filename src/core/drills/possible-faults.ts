import type { FaultKind, FaultScope } from './fault-plan.ts';
import type { FaultyProcess } from './fault-target.ts';

/** What can be done to processes of a cluster that somebody else runs. */
export type FaultMeans = { readonly [Means in 'kill' | 'stop' | 'pause' | 'resume']?: unknown };

/**
 * Which faults a given cluster allows: those that there are means for and somebody to hit, without a minute in which there is
 * nobody left. The manager that leads is told from the others by its metrics.
 */
export function possibleFaults(
  processes: readonly Omit<FaultyProcess, 'state'>[],
  means: FaultMeans,
): (kind: FaultKind, scope: FaultScope) => boolean {
  const has = (...wanted: (keyof FaultMeans)[]): boolean => wanted.every((one) => means[one] !== undefined);
  const can: Readonly<Record<FaultKind, boolean>> = {
    kill: has('kill'),
    restart: has('stop'),
    pause: has('pause', 'resume'),
    replace: false,
  };
  return (kind, scope) => can[kind] && hasTarget(processes, scope);
}

/** A majority must be left of this many. */
const zooKeepersMin = 3;

function hasTarget(processes: readonly Omit<FaultyProcess, 'state'>[], scope: FaultScope): boolean {
  const count = (role: FaultyProcess['role']): number =>
    processes.filter((one) => one.role === role && (!('cluster' in scope) || one.cluster === scope.cluster))
      .length;
  switch (scope.kind) {
    case 'node':
      return count('node') > 0;
    case 'leader':
      return count('manager') > 0;
    case 'standby':
      return count('manager') > 1;
    case 'zookeeper':
      return count('zookeeper') >= zooKeepersMin;
    case 'zone':
      return new Set(processes.map(({ zone }) => zone)).size > 1;
    case 'postgres':
    case 'api':
    case 'scheduler':
      return count(scope.kind) > 0;
  }
}

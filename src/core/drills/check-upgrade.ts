import type { DrillHistory } from './history.ts';
import type { Finding } from './verdict.ts';

/** The data nodes that were replaced by a new build and never did a task with it. */
export function checkUpgrade({ faults, jobs, processes }: DrillHistory): readonly Finding[] {
  const tasks = jobs.flatMap((job) => job.tasks);
  const nodes = new Set(processes.filter(({ role }) => role === 'node').map(({ name }) => name));
  return faults.flatMap(({ kind, targets, healedAt }): Finding[] => {
    const [name = ''] = targets;
    if (kind !== 'replace') return [];
    if (healedAt === undefined) return [{ kind: 'idle', what: `${name} did not come back as a new build` }];
    if (!nodes.has(name)) return [];
    // A node's id is the name of its process with some chance after it, new for each start.
    const works = tasks.some(
      ({ node, endedAt }) => endedAt >= healedAt && node?.startsWith(`${name}-`) === true,
    );
    return works ? [] : [{ kind: 'idle', what: `${name} got no work after it was replaced` }];
  });
}

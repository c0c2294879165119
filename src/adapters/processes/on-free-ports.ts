import { limits } from '../../base/limits.ts';
import type { Outcome } from '../../base/outcome.ts';
import type { ProcessPlan } from './process-plan.ts';
import type { SupervisedProcess } from './supervised-process.ts';

/** Takes a process into the cluster, in the place of the one with its name if there is one. It is not started by that. */
export type Supervise = (plan: ProcessPlan) => SupervisedProcess;

/**
 * Starts something on ports that were free a moment ago; where another program was faster, everything is tried anew on
 * others.
 */
export async function onFreePorts<T>(start: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  for (let tries = 1; ; tries += 1) {
    const started = await start();
    const isTaken = !started.ok && started.error.code === 'ADDRESS_UNAVAILABLE';
    if (!isTaken || tries === limits.processPortTriesMax) return started;
  }
}

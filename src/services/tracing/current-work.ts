import { AsyncLocalStorage } from 'node:async_hooks';
import type { LogFields } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import { newTraceId } from './trace-id.ts';

/** What is being worked on: a request, an attempt at a task, a delivery. All of it stands in the lines of the log. */
export type Work = LogFields & {
  /** Absent of work that a release without traces began. */
  readonly traceId?: string | undefined;
};

const current = new AsyncLocalStorage<Work>();

/** Runs an action, and all that it begins, as this work: the lines that it logs carry it, the jobs that it makes its trace. */
export function inWork<T>(work: Work, action: () => T): T {
  return current.run(work, action);
}

/** The work that is done here; without fields outside of any. */
export function currentWork(): Work {
  return current.getStore() ?? {};
}

/** The trace of the work that is done here, or a new one: what a job that is made now carries. */
export function traceForJob(random: Random): string {
  return currentWork().traceId ?? newTraceId(random);
}

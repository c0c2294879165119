import { createHash } from 'node:crypto';
import { jobId } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import { type Job, newJob } from '../../core/jobs/job.ts';
import { sourcePart } from '../../core/jobs/task-source.ts';
import type { DueDataset } from '../../core/scheduling/schedule.ts';

/**
 * The scan of a dataset for one due time. Whoever decides from the same schedule gives it the same id, so that the queue
 * takes it once; a dataset that was removed and registered again has other ones.
 */
export function scheduledScan(
  { definition, registeredAt, schedule }: DueDataset,
  { due, createdAt }: { readonly due: Instant; readonly createdAt: Instant },
): Job {
  const { dataset } = definition;
  const key = [dataset, registeredAt, schedule.version, due].join(' ');
  const digest = createHash('sha256').update(key).digest('hex');
  const id = jobId(`scheduled-${digest.slice(0, 24)}`);
  // Nobody caused it: its trace is its own, and the same whoever decides.
  const traceId = digest.slice(24, 56);
  return newJob({ id, dataset, spec: { kind: 'scan', ...sourcePart(definition) }, createdAt, traceId });
}

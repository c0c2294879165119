import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { DrilledJob, DrillReference } from '../../core/drills/history.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrillSite } from '../../ports/drill-site.ts';
import type { JobCounts } from '../../ports/exercise-store.ts';
import type { Kit } from '../kit.ts';
import { collectStanding, deliveriesOf } from './collect.ts';
import type { DrilledService } from './drilled-service.ts';
import { insist } from './insist.ts';
import { Pace } from './pace.ts';
import { Submitter } from './submitter.ts';
import { WorkWatch } from './work-watch.ts';
import { runWorkload, type Workload } from './workload.ts';

/**
 * Puts the datasets of a drill through a service that nothing disturbs, and takes down what comes of it. The jobs without
 * data are left out: what they must end with is known beforehand. `onProgress` is told how many jobs have begun.
 */
export async function runReference(
  workload: Workload,
  parts: {
    readonly kit: Pick<Kit, 'clock' | 'random'>;
    readonly service: DrilledService;
    readonly site: DrillSite;
    readonly datasetsAtOnce: number;
    readonly onProgress: (datasets: number) => void;
  },
  signal: AbortSignal,
): Promise<DrillReference> {
  const { kit, service, site, datasetsAtOnce, onProgress } = parts;
  const { clock } = kit;
  const submitter = new Submitter(kit, service, signal);
  const watch = new WorkWatch(clock, async () => {
    onProgress(submitter.submissions.length);
    return openJobs(clock, service, signal);
  });
  const over = new AbortController();
  const watching = watch.run(over.signal);
  try {
    const pace = new Pace(Number.POSITIVE_INFINITY);
    await runWorkload(workload, { site, submitter, watch, pace, datasetsAtOnce, signal });
  } finally {
    over.abort();
    await watching;
  }
  const datasets = workload.datasets.map(({ dataset }) => dataset);
  const standing = await collectStanding({ clock, service, datasets, signal });
  await untilDelivered(clock, { site, jobs: standing.jobs }, signal);
  return { ...standing, deliveries: deliveriesOf(site.messages()) };
}

/** Resolves when every message that was written has been delivered, or when that takes too long. */
export async function untilDelivered(
  clock: Clock,
  { site, jobs }: { readonly site: DrillSite; readonly jobs: readonly DrilledJob[] },
  signal: AbortSignal,
): Promise<void> {
  const written = jobs
    .flatMap(({ tasks }) => tasks)
    .filter(({ name, status }) => name === 'notify' && status === 'done');
  const deadlineMs = clock.monotonicMs() + limits.drillDeliveryMs;
  const delivered = (): number => new Set(site.messages().map(({ key }) => key)).size;
  while (delivered() < written.length && clock.monotonicMs() < deadlineMs && !signal.aborted) {
    await clock.sleep(limits.drillLookMs, signal);
  }
  // One more would be one too many: it gets its time, too.
  await clock.sleep(limits.drillRetryMs, signal);
}

async function openJobs(
  clock: Clock,
  service: DrilledService,
  signal: AbortSignal,
): Promise<ReadonlyMap<DatasetName, JobCounts>> {
  const { jobs } = await insist(clock, signal, () => service.jobs({ open: true, limit: limits.pageSizeMax }));
  const byDataset = Map.groupBy(jobs, ({ dataset }) => dataset);
  return new Map([...byDataset].map(([dataset, open]) => [dataset, { open: open.length, ended: 0 }]));
}

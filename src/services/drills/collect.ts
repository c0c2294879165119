import type { DatasetName } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import { succeed } from '../../base/outcome.ts';
import { comparableIncident, comparableMessage, comparableResult } from '../../core/drills/comparable.ts';
import type { Delivery, DrilledJob, DrillReference } from '../../core/drills/history.ts';
import type { Message } from '../../core/notifications/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ReceivedMessage } from '../../ports/drill-site.ts';
import type { JobDetailView } from '../ingestion/job-history.ts';
import type { DrilledService } from './drilled-service.ts';
import { insist } from './insist.ts';

/** What stands of some datasets when their work is over, as people see it: through the API. */
export async function collectStanding(of: {
  readonly clock: Clock;
  readonly service: DrilledService;
  readonly datasets: readonly DatasetName[];
  readonly signal: AbortSignal;
}): Promise<Omit<DrillReference, 'deliveries'>> {
  const parts = [];
  for (const dataset of of.datasets) parts.push(await standingOf(dataset, of));
  return {
    jobs: parts.flatMap(({ jobs }) => jobs),
    results: parts.flatMap(({ results }) => results),
    incidents: parts.flatMap(({ incidents }) => incidents),
  };
}

async function standingOf(
  dataset: DatasetName,
  of: Omit<Parameters<typeof collectStanding>[0], 'datasets'>,
): Promise<Omit<DrillReference, 'deliveries'>> {
  const { clock, service, signal } = of;
  const limit = limits.pageSizeMax;
  const isRegistered = await registered(dataset, of);
  if (!isRegistered) return { jobs: [], results: [], incidents: [] };
  const { jobs } = await insist(clock, signal, () => service.jobs({ dataset, limit }));
  const { partitions } = await insist(clock, signal, () => service.partitions(dataset, { limit }));
  const { incidents } = await insist(clock, signal, () => service.incidents({ dataset, limit }));
  const details = await Promise.all(jobs.map(({ id }) => insist(clock, signal, () => service.job(id))));
  const pages = await Promise.all(
    partitions.map(({ partition }) =>
      insist(clock, signal, () => service.results(dataset, { partition, limit })),
    ),
  );
  return {
    jobs: details.map(drilledJob),
    results: pages.flatMap(({ results }) => results.map(comparableResult)),
    incidents: incidents.map(comparableIncident),
  };
}

/** A drill that was cut short has not come to all of its datasets. */
function registered(
  dataset: DatasetName,
  { clock, service, signal }: Omit<Parameters<typeof collectStanding>[0], 'datasets'>,
): Promise<boolean> {
  return insist(clock, signal, async () => {
    const listed = await service.partitions(dataset, { limit: 1 });
    if (listed.ok) return succeed(true);
    return listed.error.code === 'DATASET_NOT_FOUND' ? succeed(false) : listed;
  });
}

function drilledJob(view: JobDetailView): DrilledJob {
  const { id, dataset, kind, spec, state, createdAt, endedAt, tasks } = view;
  return {
    id,
    dataset,
    kind,
    spec,
    state,
    createdAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    tasks,
  };
}

/** The messages that a receiver got, without what chance and the clock decided. */
export function deliveriesOf(messages: readonly ReceivedMessage[]): Delivery[] {
  return messages.map(({ at, key, body }) => ({ at, key, text: textOf(body) }));
}

/** What can not be read is told as it came: it will not be equal to anything. */
function textOf(body: string): string {
  try {
    return comparableMessage(JSON.parse(body) as Message);
  } catch {
    return body;
  }
}

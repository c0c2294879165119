import { failureOf } from '../../base/errors.ts';
import type { JobId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Instant } from '../../base/units.ts';
import type { DrilledJob, DrillHistory, ProcessChange } from '../../core/drills/history.ts';
import type { Database } from '../../ports/database.ts';
import type { DrillSite } from '../../ports/drill-site.ts';
import type { JobRecord } from '../../ports/job-store.ts';
import type { LocalCluster, LocalProcess } from '../../ports/local-cluster.ts';
import type { Kit } from '../kit.ts';
import { collectStanding, deliveriesOf } from './collect.ts';
import { CounterWatch } from './counter-watch.ts';
import type { Disturbance } from './disturbance.ts';
import type { DrilledService } from './drilled-service.ts';
import { Pace } from './pace.ts';
import { type ReadText, versionOf } from './process-probe.ts';
import { untilDelivered } from './reference-run.ts';
import { Submitter } from './submitter.ts';
import { WorkWatch } from './work-watch.ts';
import { exerciseDataset, runWorkload, type Workload } from './workload.ts';

export type DrillParts = {
  readonly kit: Pick<Kit, 'clock' | 'random'>;
  readonly cluster: LocalCluster;
  readonly database: Pick<Database, 'jobs' | 'exercises'>;
  readonly service: DrilledService;
  readonly site: DrillSite;
  readonly read: ReadText;
  readonly disturbance: Disturbance;
  readonly datasetsAtOnce: number;
  readonly onProgress: (progress: DrillProgress) => void;
};

export type DrillProgress = {
  readonly ended: number;
  readonly open: number;
  readonly jobs: number;
  readonly faults: number;
  readonly planned: number;
};

/** A drill that is over, or was cut short. */
export type DrillRun = {
  readonly history: DrillHistory;
  readonly startedAt: Instant;
  /** When the last of the work had ended. */
  readonly endedAt: Instant;
  /** Why not all of it was done. */
  readonly cutShort?: string;
  /** Somebody wanted it to end: what is not done yet is nobody's fault. */
  readonly interrupted: boolean;
};

/**
 * Puts work through a cluster while it is disturbed, and takes down what happens, until every job has ended and every
 * message is delivered. Whatever goes wrong, what there is comes back.
 */
export async function runDrill(
  workload: Workload,
  parts: DrillParts,
  interrupted: AbortSignal,
): Promise<DrillRun> {
  const { kit, cluster, database, read, disturbance } = parts;
  const { clock } = kit;
  const processes: ProcessChange[] = [];
  const release = cluster.onChange((change) => void noteProcess(change, { clock, read, processes }));
  for (const process of cluster.processes()) void noteProcess(process, { clock, read, processes });
  const datasets = [...workload.datasets.map(({ dataset }) => dataset), exerciseDataset];
  const watch = new WorkWatch(clock, () => database.exercises.jobCounts(datasets));
  const counters = new CounterWatch(clock, cluster, read);
  const work = new AbortController();
  const signal = AbortSignal.any([interrupted, work.signal]);
  const submitter = new Submitter(kit, parts.service, signal);
  const over = new AbortController();
  const watching = [watch.run(over.signal), counters.run(over.signal)];
  const startedAt = clock.now();
  const guarding = guard({ ...parts, workload, watch }, over.signal).then((why) => {
    if (why !== undefined) work.abort(new Error(why));
  });
  const cutShort = await attempt({ ...parts, workload, watch, submitter, signal }, work);
  const endedAt = clock.now();
  over.abort();
  await Promise.all([...watching, guarding]);
  const standing = await standingOf(workload, { ...parts, startedAt });
  release();
  const history: DrillHistory = {
    ...standing,
    submissions: submitter.submissions,
    faults: disturbance.faults,
    processes,
    counts: counters.counted,
  };
  const first = cutShort !== undefined && interrupted.aborted ? 'it was interrupted' : cutShort;
  const reason = first ?? standing.cutShort;
  const ended = reason === undefined ? {} : { cutShort: reason };
  return { history, startedAt, endedAt, interrupted: interrupted.aborted, ...ended };
}

type Attempt = DrillParts & {
  readonly workload: Workload;
  readonly watch: WorkWatch;
  readonly submitter: Submitter;
  readonly signal: AbortSignal;
};

/** Works and disturbs until both are over. When one of them can not go on, neither does the other; why is returned. */
async function attempt(parts: Attempt, work: AbortController): Promise<string | undefined> {
  const { workload, watch, disturbance, database, signal } = parts;
  const pace = new Pace(0);
  const disturbed = {
    jobs: workload.jobs,
    reaches: (ended: number, until: AbortSignal) => watch.reaches(ended, until),
    allow: (jobs: number) => pace.allow(jobs),
  };
  const all = [
    runWorkload(workload, { ...parts, pace, queue: database.jobs }),
    disturbance.run(disturbed, signal),
  ];
  for (const one of all) one.catch((error: unknown) => work.abort(error));
  const ends = await Promise.allSettled(all);
  if (ends.every(({ status }) => status === 'fulfilled')) return undefined;
  return failureOf(signal.reason).causes?.at(-1) ?? failureOf(signal.reason).message;
}

/** Tells how far the work is, and why it has to be given up: because nothing happens any more. */
async function guard(
  parts: DrillParts & { readonly workload: Workload; readonly watch: WorkWatch },
  over: AbortSignal,
): Promise<string | undefined> {
  const { kit, watch, disturbance, workload, onProgress } = parts;
  let [last, sinceMs] = ['', kit.clock.monotonicMs()];
  while (!over.aborted) {
    const { ended, open } = watch;
    const faults = disturbance.faults.length;
    onProgress({ ended, open, jobs: workload.jobs, faults, planned: disturbance.planned });
    const now = `${ended} ${faults}`;
    const nowMs = kit.clock.monotonicMs();
    const isOver = open === 0 && ended >= workload.jobs;
    if (now !== last || isOver) [last, sinceMs] = [now, nowMs];
    if (nowMs - sinceMs > limits.drillStuckMs) return `no job ended within ${limits.drillStuckMs / 1_000} s`;
    await kit.clock.sleep(limits.drillLookMs, over);
  }
  return undefined;
}

type Standing = Pick<DrillHistory, 'jobs' | 'effects' | 'results' | 'incidents' | 'deliveries'> & {
  readonly cutShort?: string;
};

/** What there is when it is over. A cluster that does not even tell that any more has failed its drill. */
async function standingOf(
  workload: Workload,
  parts: DrillParts & { readonly startedAt: Instant },
): Promise<Standing> {
  const { kit, service, site, database } = parts;
  const { clock } = kit;
  const late = new AbortController();
  const read = new AbortController();
  const { signal } = late;
  void clock.sleep(limits.drillCollectMs, read.signal).then(() => late.abort());
  try {
    const datasets = workload.datasets.map(({ dataset }) => dataset);
    const standing = await collectStanding({ clock, service, datasets, signal });
    const limit = workload.exercises.length + limits.pageSizeMax;
    // A cluster that was given may have had some before.
    const exercises = (await database.jobs.list({ dataset: exerciseDataset, limit }))
      .filter(({ job }) => job.createdAt >= parts.startedAt)
      .map(exerciseOf);
    const effects = await database.exercises.effects(exercises.map(({ id }): JobId => id));
    await untilDelivered(clock, { site, jobs: standing.jobs }, signal);
    const jobs = [...standing.jobs, ...exercises];
    return { ...standing, jobs, effects, deliveries: deliveriesOf(site.messages()) };
  } catch (error) {
    const cutShort = `what stands could not be read: ${failureOf(error).message}`;
    const deliveries = deliveriesOf(site.messages());
    return { jobs: [], effects: [], results: [], incidents: [], deliveries, cutShort };
  } finally {
    read.abort();
  }
}

function exerciseOf({ job, end, tasks }: JobRecord): DrilledJob {
  const { id, dataset, spec, createdAt } = job;
  const state = end?.status ?? 'open';
  const ended = end === undefined ? {} : { endedAt: end.endedAt };
  return { id, dataset, kind: spec.kind, spec, state, createdAt, ...ended, tasks };
}

async function noteProcess(
  process: LocalProcess,
  to: { readonly clock: Kit['clock']; readonly read: ReadText; readonly processes: ProcessChange[] },
): Promise<void> {
  const { name, role, state } = process;
  const at = to.clock.now();
  const version = state === 'ready' ? await versionOf(to.read, process) : undefined;
  to.processes.push({ at, name, role, state, ...(version === undefined ? {} : { version }) });
}

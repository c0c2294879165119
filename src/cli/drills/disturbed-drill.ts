import { join } from 'node:path';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { second } from '../../base/units.ts';
import { type DrillReport, drillReport } from '../../core/drills/drill-report.ts';
import { planFaults } from '../../core/drills/fault-plan.ts';
import type { DrillHistory, DrillReference } from '../../core/drills/history.ts';
import { possibleFaults } from '../../core/drills/possible-faults.ts';
import { createSeededChance } from '../../core/drills/seeded-chance.ts';
import type { DrillSite } from '../../ports/drill-site.ts';
import type { Disturbance } from '../../services/drills/disturbance.ts';
import { FaultInjector } from '../../services/drills/fault-injector.ts';
import { runReference } from '../../services/drills/reference-run.ts';
import { RollingUpgrade } from '../../services/drills/rolling-upgrade.ts';
import { runDrill } from '../../services/drills/run-drill.ts';
import { planWorkload, type Workload } from '../../services/drills/workload.ts';
import { Client } from '../client.ts';
import { type Session, valueOf } from '../command-set.ts';
import { DrillProgressLine } from './drill-progress-line.ts';
import {
  clusterWords,
  type DrillSetting,
  inDrillDirectory,
  type SitePlace,
  withDrillCluster,
} from './drill-setting.ts';
import { type GivenCluster, sizeOfGiven, withGivenCluster } from './given-cluster.ts';

export type DisturbedWish = {
  readonly drill: DrillReport['drill'];
  readonly jobs: number;
  readonly nodes: number;
  readonly slots: number;
  readonly seed: number;
  /** Of a failure drill. */
  readonly faults: number;
  readonly keep: boolean;
  /** Of an upgrade: a part of the version that a replaced process says. */
  readonly build: string;
  /** A cluster that stands already, and where its nodes find the files of the drill. */
  readonly given?: GivenCluster & SitePlace;
  /** The command line, for the report. */
  readonly command: string;
};

export type DrillEnd = { readonly report: DrillReport; readonly history: DrillHistory };

/**
 * A drill that disturbs a cluster while it works: first the same work on a service that nothing disturbs, then on the
 * cluster, then the comparison. When `signal` aborts, what there is until then is judged; before the cluster there is nothing.
 */
export async function runDisturbedDrill(
  session: Session,
  wish: DisturbedWish,
  signal: AbortSignal,
): Promise<DrillEnd | undefined> {
  const { keep, given, jobs, seed } = wish;
  return await inDrillDirectory(session, { ...given, keep }, async (directory, site) => {
    const workload = planWorkload({ jobs, seed, messagesTo: site.messagesTo });
    const reference = await undisturbed(session, { directory, site, workload }, signal);
    if (reference === undefined) return undefined;
    await site.clear();
    return await onCluster(session, { ...wish, directory, workload }, (setting, size) =>
      disturbed(session, { ...wish, ...size, setting, site, workload, reference }, signal),
    );
  });
}

type ClusterSize = { readonly nodes: number; readonly words: string };

/** On the cluster that was given, from which the drill's datasets are removed afterwards; or on one of its own. */
async function onCluster(
  session: Session,
  of: DisturbedWish & { readonly directory: string; readonly workload: Workload },
  work: (setting: DrillSetting, size: ClusterSize) => Promise<DrillEnd>,
): Promise<DrillEnd> {
  const { directory, nodes, slots, given, workload } = of;
  if (given === undefined) {
    const size = { nodes, words: clusterWords({ nodes, slots }) };
    return await withDrillCluster(session, { directory, nodes, slots, build: 'before' }, (setting) =>
      work(setting, size),
    );
  }
  return await withGivenCluster(session, { ...given, directory }, async (setting) => {
    const names = workload.datasets.map(({ dataset }) => dataset);
    await refuseRemains(setting.client, names);
    const end = await work(setting, await sizeOfGiven(setting));
    for (const name of names) await setting.client.remove(name);
    return end;
  });
}

/** What an earlier drill has left would be taken for what this one did. */
async function refuseRemains(client: Client, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const found = await client.dataset(name);
    if (!found.ok && found.error.code === 'DATASET_NOT_FOUND') continue;
    if (!found.ok) throw new FailureError(found.error);
    throw new FailureError(
      failure('ACTION_NOT_ALLOWED', `the given cluster has a dataset ${name} already`, {
        hint: 'it may be left from a drill that was killed: delete it with `assay delete`, or use another --seed',
      }),
    );
  }
}

async function undisturbed(
  { io, dependencies }: Session,
  of: { readonly directory: string; readonly site: DrillSite; readonly workload: Workload },
  signal: AbortSignal,
): Promise<DrillReference | undefined> {
  const { clock, drills } = dependencies;
  const { site, workload } = of;
  io.err(`the same work without faults first: ${workload.datasets.length} datasets\n`);
  const service = valueOf(await drills.startService(join(of.directory, 'reference')));
  const line = new DrillProgressLine(io, clock, { label: 'without faults' });
  try {
    const kit = { clock, random: drills.random };
    const client = new Client({ url: service.url, clock });
    const expected = workload.datasets.reduce((sum, { arrivals }) => sum + 1 + arrivals.length, 0);
    const onProgress = (begun: number): void => line.steps(begun, expected);
    const parts = { kit, service: client, site, datasetsAtOnce: referenceDatasetsAtOnce, onProgress };
    return await runReference(workload, parts, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    line.clear();
    await service.stop();
  }
}

/** As many as a service of two workers for each cluster keeps busy. */
const referenceDatasetsAtOnce = 4;

async function disturbed(
  { io, dependencies }: Session,
  of: DisturbedWish &
    ClusterSize & {
      readonly setting: DrillSetting;
      readonly site: DrillSite;
      readonly workload: Workload;
      readonly reference: DrillReference;
    },
  signal: AbortSignal,
): Promise<DrillEnd> {
  const { clock, drills, version } = dependencies;
  const { setting, site, workload, reference, drill, seed } = of;
  const line = new DrillProgressLine(io, clock, {
    label: `${drill} drill`,
    disturbed: drill === 'upgrade' ? 'replaced' : 'faults',
  });
  const run = await runDrill(
    workload,
    {
      kit: { clock, random: drills.random },
      ...setting,
      service: setting.client,
      site,
      read: drills.readText,
      disturbance: disturbanceOf(of, dependencies),
      datasetsAtOnce: 2 * of.nodes,
      onProgress: (progress) => line.jobs(progress),
    },
    signal,
  );
  line.clear();
  const about = {
    command: of.command,
    seed,
    version,
    machine: drills.machine(),
    cluster: of.words,
  };
  return { report: drillReport({ drill, about, run, reference }), history: run.history };
}

function disturbanceOf(
  { drill, setting, seed, faults, jobs, given, build }: DisturbedWish & { readonly setting: DrillSetting },
  { clock, drills }: Session['dependencies'],
): Disturbance {
  const { cluster } = setting;
  const read = drills.readText;
  if (drill === 'upgrade') return new RollingUpgrade(clock, { cluster, build, read });
  const { sessionTimeoutMs } = limits;
  // A short drill is not to spend its time frozen.
  const pauseMsMax = Math.max(second, jobs * pauseMsPerJob);
  const allows = given === undefined ? {} : { allows: possibleFaults(given.processes, given.commands) };
  const plan = planFaults(createSeededChance(seed), { faults, sessionTimeoutMs, pauseMsMax, ...allows });
  return new FaultInjector(clock, { cluster, plan, read });
}

const pauseMsPerJob = 40;

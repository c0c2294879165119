import { join } from 'node:path';
import { limits } from '../../base/limits.ts';
import { second } from '../../base/units.ts';
import { type DrillReport, drillReport } from '../../core/drills/drill-report.ts';
import { planFaults } from '../../core/drills/fault-plan.ts';
import type { DrillHistory, DrillReference } from '../../core/drills/history.ts';
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
import { clusterWords, type DrillSetting, inDrillDirectory, withDrillCluster } from './drill-setting.ts';

export type DisturbedWish = {
  readonly drill: DrillReport['drill'];
  readonly jobs: number;
  readonly nodes: number;
  readonly slots: number;
  readonly seed: number;
  /** Of a failure drill. */
  readonly faults: number;
  readonly keep: boolean;
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
  return await inDrillDirectory(session, wish.keep, async (directory, site) => {
    const { jobs, seed, nodes, slots } = wish;
    const workload = planWorkload({ jobs, seed, messagesTo: site.messagesTo });
    const reference = await undisturbed(session, { directory, site, workload }, signal);
    if (reference === undefined) return undefined;
    await site.clear();
    const cluster = { directory, nodes, slots, build: 'before' };
    return await withDrillCluster(session, cluster, (setting) =>
      disturbed(session, { ...wish, setting, site, workload, reference }, signal),
    );
  });
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
  of: DisturbedWish & {
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
    cluster: clusterWords(of),
  };
  return { report: drillReport({ drill, about, run, reference }), history: run.history };
}

function disturbanceOf(
  { drill, setting, seed, faults, jobs }: DisturbedWish & { readonly setting: DrillSetting },
  { clock, drills }: Session['dependencies'],
): Disturbance {
  const { cluster } = setting;
  const read = drills.readText;
  if (drill === 'upgrade') return new RollingUpgrade(clock, { cluster, build: 'after', read });
  const { sessionTimeoutMs } = limits;
  // A short drill is not to spend its time frozen.
  const pauseMsMax = Math.max(second, jobs * pauseMsPerJob);
  const plan = planFaults(createSeededChance(seed), { faults, sessionTimeoutMs, pauseMsMax });
  return new FaultInjector(clock, { cluster, plan, read });
}

const pauseMsPerJob = 40;

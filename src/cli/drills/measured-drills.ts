import {
  type CapacityRun,
  type CapacityWish,
  runCapacityDrill,
} from '../../services/drills/capacity-drill.ts';
import { ExerciseBench } from '../../services/drills/exercise-bench.ts';
import { type RecoveryRun, runRecoveryDrill } from '../../services/drills/recovery-drill.ts';
import type { RecoveryParts } from '../../services/drills/recovery-parts.ts';
import type { Client } from '../client.ts';
import type { Session } from '../command-set.ts';
import { ProgressLine } from '../render/progress.ts';
import { clusterWords, type DrillSetting, inDrillDirectory, withDrillCluster } from './drill-setting.ts';
import { type GivenCluster, sizeOfGiven, withGivenCluster } from './given-cluster.ts';

/** What every report of a measuring drill says of itself. */
export type MeasuredAbout = {
  readonly command: string;
  readonly version: string;
  readonly machine: string;
  readonly cluster: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly tookMs: number;
};

export type RecoveryReport = { readonly about: MeasuredAbout; readonly repeats: number } & RecoveryRun;
export type CapacityReport = { readonly about: MeasuredAbout; readonly wish: CapacityWish } & CapacityRun;

type SizeWish = {
  readonly nodes: number;
  readonly slots: number;
  readonly keep: boolean;
  readonly command: string;
};

/** Kills, freezes and wipes, one thing at a time, and measures how long work takes to go on. */
export async function measureRecovery(
  session: Session,
  wish: SizeWish & { readonly repeats: number; readonly only?: readonly string[] },
  signal: AbortSignal,
): Promise<RecoveryReport> {
  const { dependencies } = session;
  const { repeats, only } = wish;
  return await onOwnCluster(session, wish, async (setting, about) => {
    const line = new ProgressLine(session.io, dependencies.clock);
    const run = await runRecoveryDrill(partsOf(session, setting, signal), {
      repeats,
      ...(only === undefined ? {} : { only }),
      onProgress: ({ experiment, done, all }) =>
        line.update({ label: 'recovery drill', done, total: all, note: experiment }),
    });
    line.clear();
    return { about: about(), repeats, ...run };
  });
}

/** Grows a cluster and measures how much it does at each size. */
export async function measureCapacity(
  session: Session,
  wish: Omit<SizeWish, 'nodes'> & { readonly capacity: CapacityWish; readonly given?: GivenCluster },
  signal: AbortSignal,
): Promise<CapacityReport> {
  const { dependencies } = session;
  const measure = async (setting: DrillSetting, about: () => MeasuredAbout, capacity: CapacityWish) => {
    const yaml = await dependencies.drills.publishFlights(setting.directory);
    const flights = {
      yaml: (name: string) => yaml.replace(/^dataset: .*$/m, `dataset: ${name}`),
      directory: setting.directory,
    };
    const { cpuMsOf } = dependencies.drills;
    const parts = { ...partsOf(session, setting, signal), cpuMsOf, flights };
    const line = new ProgressLine(session.io, dependencies.clock);
    let done = 0;
    const run = await runCapacityDrill(parts, capacity, (step) => {
      line.update({ label: `capacity drill: ${step}`, done });
      done += 1;
    });
    line.clear();
    return { about: about(), wish: capacity, ...run };
  };
  const { capacity, given } = wish;
  if (given !== undefined) return await onGivenCluster(session, { ...wish, given }, measure);
  const [first = 1] = capacity.nodes;
  return await onOwnCluster(session, { ...wish, nodes: first }, (setting, about) =>
    measure(setting, about, capacity),
  );
}

/** As large as it is: it is not made to grow, and its nodes may not be able to read the files of a backfill here. */
async function onGivenCluster<T>(
  session: Session,
  wish: { readonly capacity: CapacityWish; readonly given: GivenCluster; readonly command: string },
  work: (setting: DrillSetting, about: () => MeasuredAbout, capacity: CapacityWish) => Promise<T>,
): Promise<T> {
  return await inDrillDirectory(session, { keep: false }, (directory) =>
    withGivenCluster(session, { ...wish.given, directory }, async (setting) => {
      const { nodes, words } = await sizeOfGiven(setting);
      const about = aboutOf(session, { command: wish.command, cluster: words });
      return await work(setting, about, { ...wish.capacity, nodes: [nodes], backfillNodes: [] });
    }),
  );
}

async function onOwnCluster<T>(
  session: Session,
  { nodes, slots, keep, command }: SizeWish,
  work: (setting: DrillSetting, about: () => MeasuredAbout) => Promise<T>,
): Promise<T> {
  return await inDrillDirectory(session, { keep }, (directory) =>
    withDrillCluster(session, { directory, nodes, slots, build: 'drilled' }, (setting) => {
      const about = aboutOf(session, { command, cluster: clusterWords({ nodes, slots }) });
      return work(setting, about);
    }),
  );
}

/** What a report says of itself, from now until it is asked. */
function aboutOf(
  { dependencies: { clock, drills, version } }: Session,
  what: Pick<MeasuredAbout, 'command' | 'cluster'>,
): () => MeasuredAbout {
  const startedAt = clock.now();
  const machine = drills.machine();
  return () => ({ ...what, version, machine, startedAt, tookMs: clock.now() - startedAt });
}

function partsOf(
  { dependencies }: Session,
  { cluster, database, client }: DrillSetting,
  signal: AbortSignal,
): RecoveryParts & { readonly service: Client } {
  const { clock, drills } = dependencies;
  return {
    kit: { clock },
    cluster,
    bench: new ExerciseBench({ clock, random: drills.random }, database),
    service: client,
    read: drills.readText,
    zooKeeperLeader: () => drills.zooKeeperLeader(cluster.zooKeeper),
    signal,
  };
}

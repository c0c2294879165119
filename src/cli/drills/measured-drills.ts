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
  wish: Omit<SizeWish, 'nodes'> & { readonly capacity: CapacityWish },
  signal: AbortSignal,
): Promise<CapacityReport> {
  const { dependencies } = session;
  const { capacity } = wish;
  const [first = 1] = capacity.nodes;
  return await onOwnCluster(session, { ...wish, nodes: first }, async (setting, about) => {
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
  });
}

async function onOwnCluster<T>(
  session: Session,
  { nodes, slots, keep, command }: SizeWish,
  work: (setting: DrillSetting, about: () => MeasuredAbout) => Promise<T>,
): Promise<T> {
  const { clock, drills, version } = session.dependencies;
  return await inDrillDirectory(session, keep, (directory) =>
    withDrillCluster(session, { directory, nodes, slots, build: 'drilled' }, (setting) => {
      const startedAt = clock.now();
      const about = (): MeasuredAbout => ({
        command,
        version,
        machine: drills.machine(),
        cluster: clusterWords({ nodes, slots }),
        startedAt,
        tookMs: clock.now() - startedAt,
      });
      return work(setting, about);
    }),
  );
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

import { join } from 'node:path';
import { limits } from '../../base/limits.ts';
import type { Database } from '../../ports/database.ts';
import type { DrillSite } from '../../ports/drill-site.ts';
import type { LocalCluster } from '../../ports/local-cluster.ts';
import { Client } from '../client.ts';
import { type Session, valueOf } from '../command-set.ts';
import { plural } from '../render/figures.ts';

/** A cluster that a drill has for itself, with all that is around it. */
export type DrillSetting = {
  readonly directory: string;
  readonly cluster: LocalCluster;
  readonly database: Database;
  readonly client: Client;
};

export type SettingWish = { readonly nodes: number; readonly slots: number; readonly build: string };

/** The zones of a drill's cluster. */
const drillZones: readonly string[] = ['a', 'b', 'c'];

/** Where the files of a drill lie and its messages come to, when not on this machine alone. */
export type SitePlace = { readonly siteDirectory?: string; readonly siteHost?: string };

/** Opens a directory and a site in it, does `work`, and takes everything away again, unless it is to be kept. */
export async function inDrillDirectory<T>(
  { io, dependencies }: Session,
  { keep, siteDirectory, siteHost }: SitePlace & { readonly keep: boolean },
  work: (directory: string, site: DrillSite) => Promise<T>,
): Promise<T> {
  const { makeDirectory, removeDirectory, openSite, random } = dependencies.drills;
  const directory = await makeDirectory();
  try {
    // A folder of its own: a site removes all that is in its folder.
    const source =
      siteDirectory === undefined
        ? join(directory, 'source')
        : join(siteDirectory, `assay-drill-${random.id()}`);
    await using site = await openSite(source, siteHost);
    return await work(directory, site);
  } finally {
    if (keep) io.err(`logs and data are in ${directory}\n`);
    else await removeDirectory(directory);
  }
}

/** Starts a cluster in a directory, does `work` with it, and stops it, whatever comes of the work. */
export async function withDrillCluster<T>(
  { io, dependencies }: Session,
  { directory, nodes, slots, build }: SettingWish & { readonly directory: string },
  work: (setting: DrillSetting) => Promise<T>,
): Promise<T> {
  const { clock, drills } = dependencies;
  io.err(`starting a cluster: ${clusterWords({ nodes, slots })}\n`);
  const wish = { nodesPerCluster: nodes, slots, zones: drillZones, build };
  const startedMs = clock.monotonicMs();
  await using cluster = valueOf(
    await drills.startCluster({
      ...wish,
      directory: join(directory, 'cluster'),
      sessionTimeoutMs: limits.sessionTimeoutMs,
    }),
  );
  const tookMs = Math.round(clock.monotonicMs() - startedMs);
  io.err(`${cluster.processes().length} processes are ready after ${(tookMs / 1_000).toFixed(1)} s\n`);
  const database = valueOf(await drills.openDatabase(cluster.databaseUrl));
  try {
    const client = new Client({ url: cluster.apiUrl, clock });
    return await work({ directory, cluster, database, client });
  } finally {
    await database.close();
  }
}

/** A cluster in words. */
export function clusterWords({ nodes, slots }: Pick<SettingWish, 'nodes' | 'slots'>): string {
  const each = `${plural(nodes, 'data node')} with ${plural(slots, 'slot')} for each of two clusters`;
  return `3 ZooKeeper servers, PostgreSQL, 2 managers and ${each}, API, scheduler, in ${drillZones.length} zones`;
}

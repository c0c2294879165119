import { apiKeyFor } from '../client/api-key.ts';
import { Client } from '../client.ts';
import { type Session, valueOf } from '../command-set.ts';
import { plural } from '../render/figures.ts';
import type { DrillSetting } from './drill-setting.ts';
import type { ProcessesFile } from './processes-file.ts';

/** Where a cluster answers that somebody else runs, and what may be done to it. */
export type GivenCluster = ProcessesFile & { readonly apiUrl: string; readonly databaseUrl: string };

/** Does `work` with a cluster that stands already: whatever is done to it, its operator's commands do. */
export async function withGivenCluster<T>(
  { dependencies }: Session,
  given: GivenCluster & { readonly directory: string },
  work: (setting: DrillSetting) => Promise<T>,
): Promise<T> {
  const { clock, drills } = dependencies;
  const { directory, apiUrl, databaseUrl } = given;
  await using cluster = await drills.openCluster(given);
  const apiKey = await apiKeyFor(dependencies, { url: apiUrl });
  const client = new Client({ url: apiUrl, clock, apiKey });
  const database = valueOf(await drills.openDatabase(databaseUrl));
  try {
    return await work({ directory, cluster, database, client });
  } finally {
    await database.close();
  }
}

/** How large a given cluster is where it does the drill's work. */
export async function sizeOfGiven({
  client,
}: DrillSetting): Promise<{ readonly nodes: number; readonly words: string }> {
  const { nodes } = valueOf(await client.nodes('quality'));
  const slots = nodes.reduce((sum, node) => sum + node.slots, 0);
  const words = `a given cluster of ${plural(nodes.length, 'data node')} with ${plural(slots, 'slot')} in all for quality jobs`;
  return { nodes: nodes.length, words };
}

import { FailureError, failure } from '../../base/errors.ts';
import { fail, type Outcome } from '../../base/outcome.ts';
import type { LocalCluster } from '../../ports/local-cluster.ts';
import { Client } from '../client.ts';
import { type Session, valueOf } from '../command-set.ts';
import type { DrillSetting } from './drill-setting.ts';

/** Where a cluster answers that somebody else runs. */
export type GivenCluster = { readonly apiUrl: string; readonly databaseUrl: string };

/** Does `work` with a cluster that stands already: nothing of it is started, stopped or signalled. */
export async function withGivenCluster<T>(
  { dependencies }: Session,
  given: GivenCluster & { readonly directory: string },
  work: (setting: DrillSetting) => Promise<T>,
): Promise<T> {
  const { clock, drills } = dependencies;
  const { directory, apiUrl, databaseUrl } = given;
  const database = valueOf(await drills.openDatabase(databaseUrl));
  try {
    const client = new Client({ url: apiUrl, clock });
    return await work({ directory, cluster: untouched(given), database, client });
  } finally {
    await database.close();
  }
}

function untouched({ apiUrl, databaseUrl }: GivenCluster): LocalCluster {
  const reason = failure(
    'ACTION_NOT_ALLOWED',
    'a drill starts and stops nothing of a cluster that it was given',
  );
  const refuse = async (): Promise<Outcome<never>> => fail(reason);
  return {
    apiUrl,
    databaseUrl,
    zooKeeper: '',
    processes: () => [],
    signal: () => {
      throw new FailureError(reason);
    },
    start: refuse,
    replace: refuse,
    addNode: refuse,
    wipeZooKeeper: refuse,
    onChange: () => () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

import { FailureError, failure } from '../../base/errors.ts';
import type { Session } from '../command-set.ts';
import type { GivenCluster } from './given-cluster.ts';
import { noProcesses, readProcessesFile } from './processes-file.ts';

/** Options of a drill on a cluster that stands already. */
export type GivenOptions = {
  readonly apiUrl?: string;
  readonly databaseUrl?: string;
  readonly processes?: string;
};

/** `--api-url`. */
export const givenApiOption = [
  '--api-url <url>',
  'a cluster that stands already, by its API; with --database-url',
] as const;

/** `--database-url`. */
export const givenDatabaseOption = [
  '--database-url <url>',
  'the database of that cluster (ASSAY_DATABASE_URL)',
] as const;

/** The cluster that was given, if one was. Its database's address may hold a password: it stands in no report. */
export async function givenClusterOf(
  session: Session,
  { apiUrl, databaseUrl, processes }: GivenOptions,
): Promise<GivenCluster | undefined> {
  if (apiUrl === undefined && databaseUrl === undefined) return undefined;
  const url = databaseUrl ?? session.dependencies.environment['ASSAY_DATABASE_URL'];
  if (apiUrl === undefined || url === undefined) {
    throw new FailureError(
      failure('REQUEST_INVALID', 'a given cluster needs both addresses', {
        where: apiUrl === undefined ? '--api-url' : '--database-url',
        hint: 'jobs are put into its database, and its nodes are seen by its API',
      }),
    );
  }
  const known = processes === undefined ? noProcesses : await readProcessesFile(session, processes);
  return { apiUrl, databaseUrl: url, ...known };
}

import { openServerDatabase } from '../adapters/postgres/server/open.ts';
import { FailureError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Outcome } from '../base/outcome.ts';
import { readLambdaConfig } from '../config/lambda-config.ts';
import { createLambdaHandler } from '../roles/lambda.ts';
import { MissedScans } from '../services/notification/missed-scans.ts';
import { Scheduler } from '../services/scheduling/scheduler.ts';
import { createKit } from './kit.ts';
import { withRegistry } from './registry.ts';
import { version } from './version.ts';

/** What AWS Lambda invokes: `index.handler` of the bundle that `npm run build:lambda` makes. */
export const handler = createLambdaHandler(async () => {
  const config = valueOf(readLambdaConfig(process.env));
  const kit = createKit(config, { role: 'lambda', version });
  const server = await openServerDatabase({
    url: config.databaseUrl,
    ...kit,
    listens: false,
    connectionsMax: limits.lambdaConnectionsMax,
  });
  const database = valueOf(await withRegistry(kit, valueOf(server), config));
  return { kit, scheduler: new Scheduler(kit, { ...database, missed: new MissedScans(database) }) };
});

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new FailureError(outcome.error);
  return outcome.value;
}

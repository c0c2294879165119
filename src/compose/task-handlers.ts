import type { ClusterName } from '../base/ids.ts';
import type { BatchStore } from '../ports/batch-store.ts';
import type { Database } from '../ports/database.ts';
import type { Engine } from '../ports/engine.ts';
import type { Holidays } from '../ports/holidays.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { TaskHandlers } from '../services/cluster/task-handler.ts';
import { ExerciseTask } from '../services/drills/exercise-task.ts';
import { IngestTask } from '../services/ingestion/ingest-task.ts';
import { LookupTask } from '../services/ingestion/lookup-task.ts';
import type { SourceGuard } from '../services/ingestion/source-guard.ts';
import type { Kit } from '../services/kit.ts';
import { NotifyTask } from '../services/notification/notify-task.ts';
import { EvaluateTask } from '../services/quality/evaluate-task.ts';
import { MeasureTask } from '../services/quality/measure-task.ts';
import { QueryTask } from '../services/quality/query-task.ts';
import { guardedProviders } from './guarded-providers.ts';
import { createProviders } from './providers.ts';

/** What the data nodes of a cluster can do. */
export function taskHandlersOf(
  cluster: ClusterName,
  parts: {
    readonly kit: Kit;
    readonly database: Database;
    readonly holidays: Holidays;
    readonly batches: BatchStore;
    readonly engine: Engine;
    readonly secrets: Secrets;
    readonly guard: SourceGuard;
    readonly scratchDirectory: string;
    readonly httpAllow: readonly string[];
  },
): TaskHandlers {
  const { kit, database, holidays, batches, engine } = parts;
  const providerOf = guardedProviders(createProviders(parts), parts);
  if (cluster === 'ingestion') {
    return {
      lookup: new LookupTask(kit, { ...database, providerOf }),
      ingest: new IngestTask(kit, { ...database, batches, engine, providerOf }),
    };
  }
  return {
    measure: new MeasureTask(kit, { ...database, batches, engine }),
    query: new QueryTask(kit, { ...database, batches, engine }),
    evaluate: new EvaluateTask(kit, { ...database, engine, holidays }),
    notify: new NotifyTask(kit, database),
    exercise: new ExerciseTask(kit, database),
  };
}

import type { Coordinations } from '../ports/coordination.ts';
import type { Database } from '../ports/database.ts';
import type { Engine } from '../ports/engine.ts';
import type { Holidays } from '../ports/holidays.ts';
import { ClusterWatch } from '../services/cluster/cluster-watch.ts';
import { BackfillCosts } from '../services/ingestion/backfill-cost.ts';
import { Backfills } from '../services/ingestion/backfills.ts';
import { JobHistory } from '../services/ingestion/job-history.ts';
import type { ProviderOf } from '../services/ingestion/provider-of.ts';
import { IngestionRequests } from '../services/ingestion/requests.ts';
import { Scans } from '../services/ingestion/scans.ts';
import { Sources } from '../services/ingestion/sources.ts';
import type { Kit } from '../services/kit.ts';
import { NotificationHistory } from '../services/notification/notification-history.ts';
import { Incidents } from '../services/quality/incidents.ts';
import { Policies } from '../services/quality/policies.ts';
import { Replays } from '../services/quality/replays.ts';
import { Results } from '../services/quality/results.ts';
import { CheckSuggestions } from '../services/quality/suggestions.ts';
import { Windows } from '../services/quality/windows.ts';
import { PartitionHistory } from '../services/registry/partition-history.ts';
import { Registry } from '../services/registry/registry.ts';
import { Schedules } from '../services/scheduling/schedules.ts';

/** Everything that the API lets people do. */
export type UseCases = {
  readonly registry: Registry;
  readonly schedules: Schedules;
  readonly partitions: PartitionHistory;
  readonly requests: IngestionRequests;
  readonly backfills: Backfills;
  readonly scans: Scans;
  readonly jobs: JobHistory;
  readonly results: Results;
  readonly windows: Windows;
  readonly incidents: Incidents;
  readonly policies: Policies;
  readonly replays: Replays;
  readonly suggestions: CheckSuggestions;
  readonly notifications: NotificationHistory;
  /** What is happening now in each cluster. Whoever serves it starts and stops it. */
  readonly clusters: ClusterWatch;
  readonly sources: Sources;
  readonly costs: BackfillCosts;
};

/** The computing that answers need, away from the event loop. */
export type Computing = Pick<Engine, 'merge' | 'replay' | 'suggest'>;

/** The use cases over one database. */
export function createUseCases(
  kit: Kit,
  database: Database,
  {
    engine,
    holidays,
    clusters,
    providerOf,
  }: {
    readonly engine: Computing;
    readonly holidays: Holidays;
    readonly clusters: Coordinations;
    readonly providerOf: ProviderOf;
  },
): UseCases {
  const { datasets, schedules, jobs, revisions, quality, outbox } = database;
  const registry = new Registry(kit, { datasets, schedules, revisions, quality, holidays });
  const watch = new ClusterWatch(kit, { clusters, jobs });
  const sources = new Sources(kit, { clusters: watch, uses: database.sourceUse });
  return {
    registry,
    schedules: new Schedules({ datasets, schedules }),
    partitions: new PartitionHistory(revisions),
    requests: new IngestionRequests(kit, { datasets, jobs }),
    backfills: new Backfills(kit, jobs),
    scans: new Scans({ jobs, revisions }),
    jobs: new JobHistory(jobs),
    results: new Results(quality),
    windows: new Windows(kit, { revisions, quality, engine }),
    incidents: new Incidents(kit, { quality, datasets }),
    policies: new Policies(kit, { datasets, holidays }),
    replays: new Replays({ datasets, revisions, quality, engine, holidays }),
    suggestions: new CheckSuggestions({ datasets, revisions, quality, engine }),
    notifications: new NotificationHistory(outbox, registry),
    clusters: watch,
    sources,
    costs: new BackfillCosts({ datasets, revisions, jobs, clusters: watch, sources, providerOf }),
  };
}

import { join } from 'node:path';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import type { Coordinations } from '../ports/coordination.ts';
import type { Database } from '../ports/database.ts';
import type { Holidays } from '../ports/holidays.ts';
import type { Access } from '../services/access/access.ts';
import { Resilience } from '../services/cluster/resilience.ts';
import { DrillArchive } from '../services/drills/drill-archive.ts';
import type { ProviderOf } from '../services/ingestion/provider-of.ts';
import type { Kit } from '../services/kit.ts';
import type { Service } from '../services/lifecycle.ts';
import { OverviewBook } from '../services/registry/overview.ts';
import type { Previews } from '../services/registry/preview.ts';
import { accessRoutes } from './access/access-routes.ts';
import { addGuard } from './access/guard.ts';
import { Viewers } from './access/viewers.ts';
import { AnswerCache } from './answer-cache.ts';
import { addEntityTags } from './entity-tags.ts';
import { addIdempotency } from './idempotency.ts';
import { HttpListener, type HttpOptions } from './listener.ts';
import { BackfillFeed } from './live/backfill-feed.ts';
import { ChangeFeed } from './live/change-feed.ts';
import { SideEvents } from './live/side-events.ts';
import { addOpenApi } from './open-api.ts';
import { OverviewFeed } from './overview-feed.ts';
import { servePage } from './page.ts';
import { backfillCostRoutes } from './routes/backfill-cost-routes.ts';
import { clusterRoutes } from './routes/cluster-routes.ts';
import { datasetRoutes } from './routes/dataset-routes.ts';
import { drillReportRoutes } from './routes/drill-report-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { type HealthProbe, healthRoutes } from './routes/health-routes.ts';
import { incidentRoutes } from './routes/incident-routes.ts';
import { ingestionRoutes } from './routes/ingestion-routes.ts';
import { jobRoutes } from './routes/job-routes.ts';
import { notificationRoutes } from './routes/notification-routes.ts';
import { overviewRoutes } from './routes/overview-routes.ts';
import { partitionRoutes } from './routes/partition-routes.ts';
import { policyRoutes } from './routes/policy-routes.ts';
import { previewRoutes } from './routes/preview-routes.ts';
import { resilienceRoutes } from './routes/resilience-routes.ts';
import { resultRoutes } from './routes/result-routes.ts';
import { scheduleRoutes } from './routes/schedule-routes.ts';
import { sourceRoutes } from './routes/source-routes.ts';
import { windowRoutes } from './routes/window-routes.ts';
import { type Computing, createUseCases } from './use-cases.ts';

export type HttpDependencies = {
  readonly kit: Kit;
  readonly database: Database;
  readonly engine: Computing;
  readonly holidays: Holidays;
  readonly clusters: Coordinations;
  readonly previews: Previews;
  /** To look at what sources have, without reading it. */
  readonly providerOf: ProviderOf;
  /** What must make progress beside the database, such as the managers of this process. */
  readonly probes: readonly HealthProbe[];
  /** Who may use it; undefined: everybody who reaches it may do everything. */
  readonly access?: Access | undefined;
};

/** Where the page is built to. */
const pageDirectory = join(import.meta.dirname, '../../web/dist');

export interface HttpServer extends Service {
  /** Where it listens, such as `http://127.0.0.1:7420`; only while it runs. */
  url(): string;
}

/** The API of the service under `/api/v1`, with `/healthz`, `/readyz` and `/metrics`. Rejects its start when the port is taken. */
export function createHttpServer(dependencies: HttpDependencies, options: HttpOptions): HttpServer {
  const { kit, database, access } = dependencies;
  const listener = new HttpListener(kit, options);
  const { app } = listener;
  addGuard(app, kit, access);
  addOpenApi(app, options.version);
  const useCases = createUseCases(kit, database, dependencies);
  const feed = new BackfillFeed(kit, useCases.backfills);
  const side = new SideEvents({ jobs: database.jobs, backfills: feed, clusters: useCases.clusters });
  const viewers = new Viewers(kit, access);
  const changes = new ChangeFeed(kit, {
    log: database.changes,
    side,
    prepare: (events) => viewers.prepare(events),
  });
  const answers = new AnswerCache(kit.clock, changes);
  const book = new OverviewBook((datasets) => database.datasets.lines(datasets));
  const resilience = new Resilience(kit, { clusters: useCases.clusters, figures: database.workFigures });
  const overview = new OverviewFeed(kit.clock, changes, book);
  healthRoutes(app, {
    kit,
    version: options.version,
    probes: () => [{ name: 'database', check: () => database.ping() }, ...dependencies.probes],
    isReady: () => listener.isRunning(),
  });
  app.register(
    plugin((api) => {
      addIdempotency(api, kit, database.requestKeys);
      addEntityTags(api);
      datasetRoutes(api, useCases.registry);
      overviewRoutes(api, { overview, revisions: database.revisions });
      scheduleRoutes(api, useCases.schedules);
      partitionRoutes(api, useCases);
      resultRoutes(api, { ...useCases, answers });
      ingestionRoutes(api, { ...useCases, feed, clock: kit.clock, viewers });
      jobRoutes(api, useCases.jobs);
      incidentRoutes(api, useCases.incidents);
      policyRoutes(api, useCases);
      previewRoutes(api, dependencies.previews);
      windowRoutes(api, useCases);
      notificationRoutes(api, useCases.notifications);
      eventRoutes(api, kit, { feed: changes, viewers });
      clusterRoutes(api, useCases.clusters);
      resilienceRoutes(api, resilience);
      drillReportRoutes(api, new DrillArchive(database.drillReports));
      sourceRoutes(api, useCases.sources);
      backfillCostRoutes(api, useCases.costs);
      accessRoutes(api, kit, access);
    }),
    { prefix: '/api/v1' },
  );
  servePage(app, pageDirectory);
  return {
    name: 'http',
    url: () => listener.url(),
    start: async () => {
      await listener.start();
      await useCases.clusters.start();
      await resilience.start();
      kit.log.info('the API listens', { url: listener.url() });
    },
    stop: async () => {
      viewers.stop();
      const stopped = listener.stop();
      // Streams never end by themselves.
      feed.stop();
      await Promise.all([stopped, changes.stop(), useCases.clusters.stop(), resilience.stop()]);
    },
  };
}

/** What adds routes; where it throws, the start fails at once instead of waiting for a word that never comes. */
function plugin(add: (app: FastifyInstance) => void): FastifyPluginCallback {
  return (app, _options, done) => {
    try {
      add(app);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

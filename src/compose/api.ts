import { createEngine } from '../adapters/duckdb/engine.ts';
import { createHolidays } from '../adapters/holidays/date-holidays.ts';
import type { ClusterName } from '../base/ids.ts';
import type { ApiConfig } from '../config/role-config.ts';
import { createHttpServer } from '../http/server.ts';
import { type ClusterService, Member } from '../roles/member.ts';
import { SourceGuard } from '../services/ingestion/source-guard.ts';
import { openAccess } from './access.ts';
import { createPreviews } from './previews.ts';
import type { Assemble } from './role.ts';
import { openScratch } from './scratch.ts';
import { openSession } from './session.ts';

/**
 * The API over the database, with a worker process of its own for what people wait for. It looks into both clusters, but
 * serves without them: what people registered, asked and were told is in the database.
 */
export const assembleApi: Assemble<ApiConfig> = async (config, { kit, database, keep, onBroken }) => {
  const { directory } = keep(await openScratch(config.dataDirectory));
  const engine = keep(createEngine(kit, { workersMax: 1, scratchDirectory: directory }));
  const guard = new SourceGuard(kit, database.sourceUse);
  const { previews, providerOf } = keep(
    createPreviews(kit, { ...config, scratchDirectory: directory, guard }),
  );
  const watch = (cluster: ClusterName): Member =>
    new Member(kit, {
      cluster,
      open: () => openSession(kit, config, { cluster, connectString: config.zooKeeper[cluster] }),
      build: () => onlooker,
      onBroken,
    });
  const members = { ingestion: watch('ingestion'), quality: watch('quality') };
  const holidays = createHolidays();
  const entry = await openAccess(kit, database, config);
  return {
    services: Object.values(members),
    members: Object.values(members),
    probes: [],
    joined: Promise.resolve(),
    ...(entry?.setupPath === undefined ? {} : { setupPath: entry.setupPath }),
    http: (options) =>
      createHttpServer(
        {
          kit,
          database,
          engine,
          holidays,
          clusters: (cluster) => members[cluster].session(),
          previews,
          providerOf,
          probes: [],
          access: entry?.access,
        },
        { ...options, trustedProxies: config.access.trustedProxies },
      ),
  };
};

/** Does nothing in a cluster but look. */
const onlooker: ClusterService = {
  name: 'onlooker',
  start: async () => undefined,
  stop: async () => undefined,
};

import { createHolidays } from '../../src/adapters/holidays/date-holidays.ts';
import {
  createLocalCoordination,
  type LocalCoordinationSession,
} from '../../src/adapters/memory/coordination.ts';
import { createCredentials } from '../../src/adapters/system/credentials.ts';
import type { ClusterName } from '../../src/base/ids.ts';
import { succeed } from '../../src/base/outcome.ts';
import { windowValues } from '../../src/core/checks/window-values.ts';
import { replayPolicy } from '../../src/core/policies/replay.ts';
import { suggestChecks } from '../../src/core/suggestions/suggest.ts';
import type { HttpOptions } from '../../src/http/listener.ts';
import type { HealthProbe } from '../../src/http/routes/health-routes.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';
import type { Computing } from '../../src/http/use-cases.ts';
import type { Coordinations } from '../../src/ports/coordination.ts';
import type { Database } from '../../src/ports/database.ts';
import { Access } from '../../src/services/access/access.ts';
import type { ProviderOf } from '../../src/services/ingestion/provider-of.ts';
import { type Answer, apiCaller, readContract } from './api-contract.ts';
import { type TestKit, testKit } from './kit.ts';
import { createMemoryDatabase, type MemoryContents } from './memory-database.ts';
import { previewsHere } from './previews.ts';

export type ApiService = AsyncDisposable & {
  readonly url: string;
  readonly kit: TestKit;
  readonly contents: MemoryContents;
  readonly clusters: Coordinations;
  /** The sessions that `clusters` gives, whose connections can be broken. */
  readonly sessions: Readonly<Record<ClusterName, LocalCoordinationSession>>;
  readonly server: HttpServer;
  readonly access?: Access;
  /** Sends a request below `/api/v1` and compares the answer with the API's own document. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
};

/** Computes in this process what the service gives to a worker. */
export const computingHere: Computing = {
  merge: async (input) => windowValues(input),
  replay: async (input) => succeed(replayPolicy(input)),
  suggest: async (input) => succeed(suggestChecks(input)),
};

/** A real server on a free port of this machine, over a database in memory, with a clock that the test moves. */
export async function startApi(
  options: Partial<HttpOptions> & {
    readonly probes?: readonly HealthProbe[];
    readonly database?: Database;
    readonly clusters?: Coordinations;
    readonly providerOf?: ProviderOf;
    /** With access control, which is off by default. Passwords are hashed cheaply. */
    readonly access?: AccessOptions;
  } = {},
): Promise<ApiService> {
  const kit = testKit();
  const { database, contents } = createMemoryDatabase();
  const { probes = [], database: other, clusters: _, providerOf: __, access: wish, ...rest } = options;
  const access = wish && accessOver(kit, other ?? database, wish);
  const coordination = createLocalCoordination(kit);
  const sessions = { ingestion: coordination.session('ingestion'), quality: coordination.session('quality') };
  const preview = previewsHere();
  const clusters: Coordinations = options.clusters ?? ((cluster) => sessions[cluster]);
  const server = createHttpServer(
    {
      kit,
      database: other ?? database,
      engine: computingHere,
      holidays: createHolidays(),
      clusters,
      previews: preview.previews,
      providerOf: options.providerOf ?? preview.providerOf,
      probes,
      access,
    },
    { host: '127.0.0.1', port: 0, version: '0.0.0-test', ...rest },
  );
  await server.start();
  const url = server.url();
  const contract = await readContract(url);
  const call = apiCaller(url, contract);
  const stop = async (): Promise<void> => {
    await server.stop();
    await preview.close();
  };
  const service = { url, kit, contents, clusters, sessions, server, call, [Symbol.asyncDispose]: stop };
  return access === undefined ? service : { ...service, access };
}

export type AccessOptions = { readonly operatorKey?: string };

function accessOver(kit: TestKit, database: Database, { operatorKey }: AccessOptions): Access {
  const credentials = createCredentials({ memoryKib: 64, passes: 1, lanes: 1 });
  const operatorDigest = operatorKey === undefined ? undefined : credentials.digest(operatorKey);
  return new Access(kit, { store: database.access, credentials, operatorDigest });
}

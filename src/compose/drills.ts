import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { openLocalSite } from '../adapters/drill-site/local-site.ts';
import { openServerDatabase } from '../adapters/postgres/server/open.ts';
import { openGivenCluster } from '../adapters/processes/given-cluster.ts';
import { startLocalCluster } from '../adapters/processes/local-cluster.ts';
import { zooKeeperMode } from '../adapters/processes/zookeeper-server.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { cpuMsOf } from '../adapters/system/process-tree.ts';
import { createRandom } from '../adapters/system/random.ts';
import { limits } from '../base/limits.ts';
import { type Outcome, succeed } from '../base/outcome.ts';
import { formatBytes } from '../base/units.ts';
import type { DrillDependencies, RunningService } from '../cli/drills/drill-dependencies.ts';
import { readConfig } from '../config/standalone-config.ts';
import { publishHistory } from '../demo/flight-data.ts';
import type { Kit } from '../services/kit.ts';
import { createKit } from './kit.ts';
import { startStandalone } from './standalone.ts';

/** Drills on this machine: their cluster, the service that they compare with, and what is around them. */
export function createDrillDependencies(): DrillDependencies {
  return {
    random: createRandom(),
    makeDirectory: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'assay-drill-'));
      // PostgreSQL does not run as root: it passes through as another user.
      await chmod(directory, 0o711);
      return directory;
    },
    removeDirectory: (directory) => rm(directory, { recursive: true, force: true, maxRetries: 3 }),
    openSite: (directory, host) => openLocalSite(systemClock, directory, host),
    startCluster: (wish) => startLocalCluster(quietKit(), { ...wish, environment: { ASSAY_ACCESS: 'off' } }),
    openCluster: (given) => openGivenCluster(systemClock, { ...given, read: readText }),
    openDatabase: (url) => openServerDatabase({ url, ...quietKit() }),
    startService,
    readText,
    zooKeeperLeader,
    cpuMsOf,
    publishFlights,
    machine: () => {
      const [cpu] = cpus();
      const processors = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}`;
      return `${processors}, ${formatBytes(totalmem())} memory, ${type()} ${release()}, Node ${process.version}`;
    },
  };
}

/** Processes die and connections break all the time: only what must not happen is told. */
function quietKit(): Kit {
  return createKit({ logLevel: 'error' });
}

async function startService(directory: string): Promise<Outcome<RunningService>> {
  // What it shows belongs into nobody's database.
  const config = readConfig({ data: directory, port: '0', logLevel: 'silent', access: 'off' }, {});
  if (!config.ok) return config;
  const service = await startStandalone(config.value);
  return service.ok ? succeed(service.value) : service;
}

/** The servers of a cluster on this machine are named by their numbers, in the order of their addresses. */
async function zooKeeperLeader(connectString: string): Promise<string | undefined> {
  const ports = connectString.split(',').map((address) => Number(address.split(':')[1]));
  const modes = await Promise.all(ports.map(zooKeeperMode));
  const place = modes.indexOf('leader');
  return place < 0 ? undefined : `zookeeper-${place + 1}`;
}

async function publishFlights(directory: string): Promise<string> {
  await publishHistory(join(directory, 'flights'));
  return readFile(join(import.meta.dirname, '../../examples/flights.yaml'), 'utf8');
}

async function readText(url: string): Promise<string | undefined> {
  const late = new AbortController();
  const read = new AbortController();
  void systemClock.sleep(limits.drillProbeTimeoutMs, read.signal).then(() => late.abort());
  try {
    const response = await fetch(url, { signal: late.signal });
    return await response.text();
  } catch {
    return undefined;
  } finally {
    read.abort();
  }
}

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { startDatabaseServer } from '../../../src/adapters/processes/database-server.ts';
import { type Ensemble, startEnsemble } from '../../../src/adapters/processes/ensemble.ts';
import { freePorts } from '../../../src/adapters/processes/free-ports.ts';
import { onFreePorts } from '../../../src/adapters/processes/on-free-ports.ts';
import { initialisePostgres, postgresPlan } from '../../../src/adapters/processes/postgres-server.ts';
import { ProcessGroup } from '../../../src/adapters/processes/process-group.ts';
import { findPrograms, usualPlaces } from '../../../src/adapters/processes/programs.ts';
import type { SupervisedProcess } from '../../../src/adapters/processes/supervised-process.ts';
import { zooKeeperPlan } from '../../../src/adapters/processes/zookeeper-server.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { ZooKeeperClient } from '../../../src/adapters/zookeeper/client/client.ts';
import { parseConnectString } from '../../../src/adapters/zookeeper/client/connect-string.ts';
import { FailureError } from '../../../src/base/errors.ts';
import type { Outcome } from '../../../src/base/outcome.ts';
import { eventually } from '../../support/eventually.ts';
import { createRecordingLog } from '../../support/kit.ts';

const kit = { clock: systemClock, random: createRandom() };
const found = findPrograms();
const programs = found.ok ? found.value.postgres : '';
const startMs = 60_000;

describe('the servers of a cluster', () => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-servers-'));
  chmodSync(directory, 0o711);
  const group = new ProcessGroup({ ...kit, log: createRecordingLog() }, 'local');
  const options = {
    directory,
    logDirectory: directory,
    zones: ['a', 'b', 'c'],
    zone: 'a',
    connectionsMax: 300,
  };
  let ensemble: Ensemble;
  let postgres: SupervisedProcess;
  let url: string;

  before(async () => {
    const [started, database] = await Promise.all([
      startEnsemble(group.supervise, { ...options, servers: 3, tickMs: 500 }),
      startDatabaseServer(group.supervise, { ...options, programs }),
    ]);
    ensemble = valueOf(started);
    ({ server: postgres, url } = valueOf(database));
  });
  after(async () => {
    await group.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('are an ensemble in three zones and a database with fsync', async () => {
    assert.deepEqual(
      group.list().map(({ name, zone, state }) => [name, zone, state]),
      [
        ['postgres', 'a', 'ready'],
        ['zookeeper-1', 'a', 'ready'],
        ['zookeeper-2', 'b', 'ready'],
        ['zookeeper-3', 'c', 'ready'],
      ],
    );
    const rows = await query(
      url,
      `select name, setting from pg_settings where name in ('fsync', 'max_connections', 'listen_addresses') order by name`,
    );
    assert.deepEqual(
      rows.map((row) => Object.values(row)),
      [
        ['fsync', 'on'],
        ['listen_addresses', '127.0.0.1'],
        ['max_connections', '300'],
      ],
    );
    assert.equal(statSync(join(directory, 'postgres-password')).mode & 0o777, 0o600);
  });

  it('start again when they are killed, and keep what they were told', async () => {
    const client = clientOf(ensemble);
    assert.ok((await client.create('/kept', { mode: 'persistent', data: Buffer.from('as it was') })).ok);
    await query(url, 'create table kept (one integer)');
    const pids = group.list().map(({ pid }) => pid);
    for (const { name } of group.list()) group.named(name).signal('SIGKILL', 'by itself');
    await allReady(group, pids);
    await query(url, 'insert into kept values (1)');
    const read = await eventually(
      'it is read',
      async () => {
        const answer = await client.get('/kept', { wait: true });
        return answer.ok && answer.value;
      },
      startMs,
    );
    assert.equal(read.data.toString(), 'as it was');
    await client.close();
  });

  it('know nothing any more once they are wiped', async () => {
    const client = clientOf(ensemble);
    assert.ok((await client.create('/forgotten', { mode: 'persistent', data: Buffer.from('x') })).ok);
    await client.close();
    assert.deepEqual(await ensemble.wipe(), { ok: true, value: undefined });
    const fresh = clientOf(ensemble);
    const children = await fresh.children('/');
    await fresh.close();
    assert.deepEqual(children.ok && children.value.names, ['zookeeper']);
  });

  it('answer nothing while they are frozen, and go on afterwards', async () => {
    postgres.signal('SIGSTOP', 'by itself');
    assert.equal(postgres.now.state, 'frozen');
    await assert.rejects(query(url, 'select 1', 300), /timeout/);
    postgres.signal('SIGCONT', 'by itself');
    assert.equal((await query(url, 'select 1')).length, 1);
  });

  it('stop in good order though clients are connected', async () => {
    const client = new pg.Client(url);
    await client.connect();
    const lost = new Promise((resolve) => client.on('error', resolve));
    await postgres.stop();
    await lost;
    assert.match(postgres.plan.log.since(0), /received fast shutdown request/);
    assert.deepEqual(await postgres.start(), { ok: true, value: undefined });
  });
});

describe('the data of a cluster', () => {
  it('are used again at the next start, with their password, on another port', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-servers-'));
    chmodSync(directory, 0o711);
    const urls: string[] = [];
    try {
      for (const statement of ['create table kept (one integer)', 'insert into kept values (1)']) {
        const group = new ProcessGroup({ ...kit, log: createRecordingLog() }, 'local');
        const options = { directory, logDirectory: directory, zone: 'a', programs, connectionsMax: 20 };
        try {
          const { url } = valueOf(await startDatabaseServer(group.supervise, options));
          urls.push(url);
          await query(url, statement);
        } finally {
          await group.stop();
        }
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
    const [first, second] = urls.map((url) => new URL(url));
    assert.equal(first?.password, second?.password);
    assert.notEqual(first?.port, second?.port);
  });

  it('can not be made where nobody may pass, and the failure says so', {
    skip: process.geteuid?.() !== 0,
  }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-servers-'));
    const made = await initialisePostgres(join(directory, 'postgres'), {
      programs,
      password: 'x',
      options: [],
    });
    assert.ok(!made.ok);
    assert.equal(made.error.code, 'PROCESS_FAILED');
    assert.match(made.error.hint ?? '', /runs as nobody/);
    rmSync(directory, { recursive: true });
  });
});

describe('a server whose port is taken', () => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-servers-'));
  const group = new ProcessGroup({ ...kit, log: createRecordingLog() }, 'local');
  const other = createServer();
  let taken: number;
  before(async () => {
    chmodSync(directory, 0o711);
    [taken = 0] = await freePorts(1);
    await once(other.listen(taken, '127.0.0.1'), 'listening');
  });
  after(async () => {
    await group.stop();
    other.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('gets another one', async () => {
    const postgresDirectory = join(directory, 'postgres');
    valueOf(await initialisePostgres(postgresDirectory, { programs, password: 'x', options: ['--no-sync'] }));
    const codes: string[] = [];
    const ports = [taken];
    const started = await onFreePorts(async () => {
      const port = ports.shift() ?? (await freePorts(1))[0] ?? 0;
      const logFile = join(directory, 'postgres.log');
      const plan = postgresPlan(
        { zone: 'a', directory: postgresDirectory, port, logFile, settings: [] },
        programs,
      );
      const outcome = await group.supervise(plan).start();
      if (!outcome.ok) codes.push(outcome.error.code);
      return outcome;
    });
    assert.deepEqual([started.ok, codes], [true, ['ADDRESS_UNAVAILABLE']]);
  });

  it('is told apart from one that fails otherwise', async () => {
    const zooKeeperDirectory = join(directory, 'zookeeper');
    mkdirSync(zooKeeperDirectory);
    const plan = zooKeeperPlan({
      id: 1,
      name: 'zookeeper-1',
      zone: 'a',
      port: taken,
      directory: zooKeeperDirectory,
      logFile: join(directory, 'zookeeper.log'),
      tickMs: 500,
      configuration: [],
    });
    const started = await group.supervise(plan).start();
    assert.equal(!started.ok && started.error.code, 'ADDRESS_UNAVAILABLE');
  });
});

describe('programs that are missing', () => {
  it('are named with the command that installs them', () => {
    const places = {
      ...usualPlaces(),
      path: '/nowhere',
      zooKeeperJar: '/nowhere/zookeeper.jar',
      postgres: [],
    };
    const missing = findPrograms(places);
    assert.ok(!missing.ok);
    assert.equal(missing.error.code, 'PROGRAM_MISSING');
    assert.equal(
      missing.error.hint,
      'apt-get install --no-install-recommends util-linux default-jre-headless libzookeeper-java postgresql',
    );
    const jarOnly = findPrograms({ ...usualPlaces(), zooKeeperJar: '/nowhere/zookeeper.jar' });
    assert.equal(
      !jarOnly.ok && jarOnly.error.hint,
      'apt-get install --no-install-recommends libzookeeper-java',
    );
  });
});

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new FailureError(outcome.error);
  return outcome.value;
}

async function query(url: string, statement: string, timeoutMs = 30_000): Promise<readonly object[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
  await client.connect();
  try {
    return (await client.query<object>(statement)).rows;
  } finally {
    await client.end();
  }
}

function clientOf(ensemble: Ensemble): ZooKeeperClient {
  const parsed = parseConnectString(ensemble.connectString);
  if (!parsed.ok) throw new Error(parsed.error);
  return new ZooKeeperClient({ ...kit, ...parsed.value });
}

function allReady(group: ProcessGroup, before: readonly number[]): Promise<boolean> {
  return eventually(
    'all are ready again',
    () => group.list().every(({ state, pid }) => state === 'ready' && !before.includes(pid)),
    startMs,
  );
}

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { openDynamoRegistry } from '../../src/adapters/dynamodb/open.ts';
import type { ServerDatabase } from '../../src/adapters/postgres/server/open.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { createRandom } from '../../src/adapters/system/random.ts';
import { FailureError } from '../../src/base/errors.ts';
import type { DatasetName } from '../../src/base/ids.ts';
import { limits } from '../../src/base/limits.ts';
import { hour, instant } from '../../src/base/units.ts';
import type { DatasetStore } from '../../src/ports/dataset-store.ts';
import { definitionOf } from '../conformance/database-fixtures.ts';
import { type DynamoServer, startDynamo } from '../support/dynamo-server.ts';
import { openOnServer, type PostgresServer, password, startPostgres } from '../support/postgres-server.ts';

const root = resolve(import.meta.dirname, '../..');

/** As a rule of EventBridge sends it (docs.aws.amazon.com, “Amazon EventBridge event structure”). */
const event = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: '2015-10-08T16:53:06Z',
  region: 'us-east-1',
  resources: ['arn:aws:events:us-east-1:123456789012:rule/assay-scheduler'],
  detail: {},
};

describe('the scheduler as an AWS Lambda function', () => {
  let directory: string;
  let postgres: PostgresServer;
  let dynamo: DynamoServer;
  let database: ServerDatabase;
  let datasets: DatasetStore;
  let closeRegistry: () => void;
  let env: Record<string, string>;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'assay-lambda-'));
    const built = spawnSync('sh', [join(root, 'scripts/build-lambda.sh'), directory], { encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
    [postgres, dynamo] = await Promise.all([startPostgres(), startDynamo()]);
    const url = await postgres.createDatabase();
    database = await openOnServer(url);
    const place = { table: 'assay-registry', region: 'eu-central-1' };
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const claimed = await database.registryRows.claim(`dynamodb:${place.table}?region=${place.region}`);
    assert.equal(claimed.ok, true);
    const registry = await openDynamoRegistry(
      { ...place, endpoint: dynamo.endpoint },
      {
        clock: systemClock,
        random: createRandom(),
        rows: database.registryRows,
        local: database.datasets,
        credentials,
      },
    );
    if (!registry.ok) throw new FailureError(registry.error);
    datasets = registry.value.datasets;
    closeRegistry = registry.value.close;
    env = {
      ASSAY_DATABASE_URL: url,
      ASSAY_REGISTRY: `dynamodb://${place.table}?region=${place.region}&endpoint=${dynamo.endpoint}`,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  });
  after(async () => {
    closeRegistry?.();
    await database?.close();
    await Promise.all([postgres?.[Symbol.asyncDispose](), dynamo?.[Symbol.asyncDispose]()]);
    rmSync(directory, { recursive: true, force: true });
  });

  /** Datasets that have been registered for an hour, so that their first scan is due. */
  async function addDatasets(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await datasets.apply(definitionOf(name as DatasetName), instant(systemClock.now() - hour));
    }
  }
  const scansOf = async (name: string): Promise<number> =>
    (await database.jobs.list({ dataset: name as DatasetName, kind: 'scan', limit: 10 })).length;

  it('is one file without the embedded database and the engine', () => {
    const { inputs, outputs } = JSON.parse(readFileSync(join(directory, 'inputs.json'), 'utf8')) as {
      inputs: Record<string, unknown>;
      outputs: Record<string, { imports: { path: string; external?: boolean }[] }>;
    };
    const files = Object.keys(inputs);
    assert.ok(files.some((file) => file.includes('client-dynamodb')));
    assert.deepEqual(
      files.filter((file) => /@electric-sql|@duckdb|fastify|\/embedded\//.test(file)),
      [],
    );
    const outside = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    const packages = outside.filter((path) => !path.startsWith('node:') && !isBuiltin(path));
    assert.deepEqual([...new Set(packages)], ['pg-native']);
  });

  it('scans what is due once, however often and by however many it is invoked with one event', async () => {
    await addDatasets('one', 'two', 'three');
    await using first = startRuntime(join(directory, 'index.cjs'), env);
    await using second = startRuntime(join(directory, 'index.cjs'), env);
    const answers = await Promise.all([first.invoke(event), second.invoke(event)]);
    assert.equal(
      answers.reduce((sum, { report }) => sum + (report?.scans ?? 0), 0),
      3,
    );
    assert.deepEqual(await Promise.all(['one', 'two', 'three'].map(scansOf)), [1, 1, 1]);
    const again = await first.invoke(event);
    assert.deepEqual(again.report, { ticks: 1, decided: 0, scans: 0, ended: 'nothing_due' });
    await addDatasets('four');
    assert.equal((await first.invoke({ ...event, source: 'aws.scheduler' })).report?.scans, 1);
    assert.equal(await scansOf('four'), 1);
    assert.ok(!first.log().includes(password));
  });

  it('begins nothing when its time is nearly over, and takes no other events', async () => {
    await addDatasets('five');
    await using runtime = startRuntime(join(directory, 'index.cjs'), env);
    const late = await runtime.invoke(event, limits.lambdaMarginMs);
    assert.deepEqual(late.report, { ticks: 0, decided: 0, scans: 0, ended: 'deadline' });
    assert.equal(await scansOf('five'), 0);
    for (const other of [{ ...event, source: 'aws.s3' }, { Records: [] }, null]) {
      assert.match((await runtime.invoke(other)).error ?? '', /^REQUEST_INVALID/);
    }
    assert.equal((await runtime.invoke(event)).report?.scans, 1);
  });

  it('fails with a reason, and without a secret, when it is refused', async () => {
    const wrong = {
      ...env,
      ASSAY_DATABASE_URL: (env['ASSAY_DATABASE_URL'] ?? '').replace(password, 'mistyped'),
    };
    await using runtime = startRuntime(join(directory, 'index.cjs'), wrong);
    const { error = '' } = await runtime.invoke(event);
    assert.match(error, /^DATABASE_UNREADABLE/);
    assert.ok(!`${error}${runtime.log()}`.includes('mistyped'));
  });
});

type Answer = {
  readonly report?: { readonly ticks: number; readonly scans: number };
  readonly error?: string;
};

function startRuntime(
  bundle: string,
  env: Readonly<Record<string, string>>,
): AsyncDisposable & { invoke(event: unknown, remainingMs?: number): Promise<Answer>; log(): string } {
  const invoker = join(root, 'test/support/lambda-invoker.ts');
  const child: ChildProcess = spawn(process.execPath, [invoker, bundle], {
    env: { ...env, PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  assert.ok(child.stdout && child.stdin && child.stderr);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { stdin } = child;
  return {
    log: () => log,
    invoke: async (given, remainingMs = 60_000) => {
      stdin.write(`${JSON.stringify({ event: given, remainingMs })}\n`);
      // The log goes to standard error, as in the service.
      const { value, done } = await lines.next();
      assert.ok(done !== true, `the runtime has ended: ${log}`);
      return JSON.parse(value) as Answer;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

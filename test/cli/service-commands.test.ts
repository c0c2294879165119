import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobId, partitionKey, taskName } from '../../src/base/ids.ts';
import type { ResultStatus } from '../../src/core/checks/result.ts';
import {
  addJob,
  flights,
  flightsYaml,
  newIncident,
  registerFlights,
  rowCountResult,
} from '../support/api-fixtures.ts';
import { type ApiService, startApi } from '../support/api-service.ts';
import { runCommand } from '../support/cli-run.ts';
import { eventually } from '../support/eventually.ts';
import { createMemoryDatabase, fixtureTime } from '../support/memory-database.ts';

describe('apply', () => {
  it('registers a file, then leaves it alone, then shows what changes', async () => {
    await using api = await startApi();
    let yaml = flightsYaml;
    const options = { url: api.url, readFile: async () => yaml };
    const created = await runCommand(['apply', '-f', 'sets/flights.yaml'], options);
    assert.equal(created.exitCode, 0);
    assert.equal(created.text, 'flights: created (version 1)\n');
    assert.match(created.errors, /next: assay backfill flights/);
    const definition = [...api.contents.datasets.values()][0]?.definition;
    assert.deepEqual(definition?.provider, {
      type: 'files',
      path: '/work-directory/sets/data/flights-*.parquet',
    });
    assert.equal(
      (await runCommand(['apply', '-f', 'sets/flights.yaml'], options)).text,
      'flights: unchanged (version 1)\n',
    );
    yaml = flightsYaml.replace('ops@', 'data@');
    const dry = await runCommand(['apply', '--dry-run', '-f', 'sets/flights.yaml'], options);
    assert.equal(dry.text, 'flights: would change\n  ~ owner ops@example.org → data@example.org\n');
    const changed = await runCommand(['apply', '-f', 'sets/flights.yaml', '--json'], options);
    assert.equal(changed.json[0].version, 2);
  });

  it('goes on after a bad file, and ends with 3', async () => {
    await using api = await startApi();
    const readFile = async (path: string) => (path.endsWith('bad.yaml') ? 'dataset: [' : flightsYaml);
    const run = await runCommand(['apply', '-f', 'bad.yaml', 'good.yaml'], { url: api.url, readFile });
    assert.equal(run.exitCode, 3);
    assert.match(run.errors, /error YAML_INVALID: .*bad\.yaml/);
    assert.match(run.text, /flights: created/);
  });

  it('names a file that can not be read', async () => {
    await using api = await startApi();
    const readFile = () => Promise.reject(new Error('ENOENT'));
    const run = await runCommand(['apply', '-f', 'none.yaml'], { url: api.url, readFile });
    assert.equal(run.exitCode, 3);
    assert.match(run.errors, /error SOURCE_NOT_FOUND: \/work-directory\/none\.yaml can not be read/);
  });
});

describe('datasets and partitions', () => {
  it('are listed as tables, deleted, and then gone', async () => {
    await using api = await startApi();
    const { url } = api;
    assert.match((await runCommand(['datasets'], { url })).errors, /no dataset is registered/);
    await registerFlights(api);
    api.contents.partitions.set(flights, [
      {
        partition: partitionKey('2001-01-02'),
        revision: 2,
        rowCount: 12_345,
        rejectedCount: 3,
        ingestedAt: fixtureTime(2),
        status: 'fail',
      },
    ]);
    const list = await runCommand(['datasets'], { url });
    assert.match(list.text, /│ flights │ 2001-01-02 +│ ✗ fail │ 12,345 │/);
    const partitions = await runCommand(['partitions', 'flights'], { url });
    assert.match(partitions.text, /│ 2001-01-02 │ +2 │ 12,345 │ +3 │ ✗ fail │ 2001-01-01 00:00:02Z │/);
    const none = await runCommand(['partitions', 'flights', '--limit', 'many'], { url });
    assert.equal(none.exitCode, 3);
    assert.equal((await runCommand(['delete', 'flights'], { url })).text, 'flights: deleted\n');
    const gone = await runCommand(['delete', 'flights'], { url });
    assert.equal(gone.exitCode, 3);
    assert.match(gone.errors, /^error DATASET_NOT_FOUND: there is no dataset flights\n/);
  });
});

describe('results', () => {
  it('are a table of the newest partition, and the worst is the exit code', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const codes: Record<ResultStatus, number> = { pass: 0, not_evaluated: 0, fail: 1, warn: 2, error: 3 };
    for (const [status, code] of Object.entries(codes) as [ResultStatus, number][]) {
      api.contents.results.splice(0);
      api.contents.results.push(
        rowCountResult({ partition: '2001-01-01', status: 'fail', value: 0 }),
        rowCountResult({ partition: '2001-01-02', status, value: 1_234 }),
        { ...rowCountResult({ partition: '2001-01-02', status: 'pass', value: 1 }), check: 'other' },
      );
      const run = await runCommand(['results', 'flights'], { url: api.url });
      assert.equal(run.exitCode, code, status);
      assert.match(run.text, /^flights 2001-01-02 \(revision 1\): /);
      assert.match(run.text, /│ row_count │ 1,234 │ > 0 +│/);
      assert.doesNotMatch(run.text, /2001-01-01/);
    }
  });

  it('show a small plot of the last values', async () => {
    await using api = await startApi();
    await registerFlights(api);
    api.contents.results.push(rowCountResult({ partition: '2001-01-03', status: 'pass', value: 8 }));
    api.contents.history = {
      partitions: ['2001-01-01', '2001-01-02', '2001-01-03'].map((key) => ({
        key: partitionKey(key),
        revision: 1,
      })),
      series: [{ metric: 'row_count', scale: 'count', values: [1, 4.5, 8], rows: [1, 4, 8] }],
    };
    const run = await runCommand(['results', 'flights'], { url: api.url });
    assert.match(run.text, /▁▅█/);
  });

  it('are filtered, and all of them when asked for', async () => {
    await using api = await startApi();
    await registerFlights(api);
    api.contents.results.push(
      rowCountResult({ partition: '2001-01-01', status: 'fail', value: 0 }),
      rowCountResult({ partition: '2001-01-02', status: 'pass', value: 9 }),
    );
    const { url } = api;
    const all = await runCommand(['results', 'flights', '--all', '--json'], { url });
    assert.equal(all.json.results.length, 2);
    assert.equal(all.exitCode, 1);
    const bad = await runCommand(['results', 'flights', '--all', '--status', 'fail', 'warn'], { url });
    assert.match(bad.text, /2001-01-01.*: 1 fail\n/);
    const none = await runCommand(['results', 'flights', '--check', 'delay.avg'], { url });
    assert.equal(none.exitCode, 0);
    assert.match(none.errors, /no result that fits/);
    const wrong = await runCommand(['results', 'flights', '--status', 'bad'], { url });
    assert.equal(wrong.exitCode, 3);
    assert.match(wrong.errors, /must be one of pass, warn, fail/);
  });

  it('are explained by id, and by partition and check', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const result = {
      ...rowCountResult({ partition: '2001-01-02', status: 'fail', value: 0 }),
      lower: 0,
      severity: 1,
    };
    api.contents.results.push(result);
    const { url } = api;
    const byId = await runCommand(['explain', result.id], { url });
    const byCheck = await runCommand(['explain', 'flights', '2001-01-02', 'row_count'], { url });
    assert.equal(byId.text, byCheck.text);
    assert.match(byId.text, /^✗ fail {2}row_count 0; must be greater than 0\n/);
    assert.match(
      byId.text,
      /A person set the bound: row_count must be greater than 0; a violation is a failure\./,
    );
    const { json, exitCode } = await runCommand(['explain', result.id, '--json'], { url });
    assert.equal(exitCode, json.recomputation.agrees ? 0 : 3);
    const half = await runCommand(['explain', 'flights', '2001-01-02'], { url });
    assert.equal(half.exitCode, 3);
    assert.match(half.errors, /name the partition and the check/);
  });

  it('that were tampered with are found out by recomputing', async () => {
    await using api = await startApi();
    await registerFlights(api);
    api.contents.results.push({
      ...rowCountResult({ partition: '2001-01-02', status: 'pass', value: 0 }),
      lower: 0,
      severity: 1,
    });
    const run = await runCommand(['explain', 'flights', '2001-01-02', 'row_count'], { url: api.url });
    assert.equal(run.exitCode, 3);
    assert.match(run.text, /NOT the same/);
  });
});

describe('backfill', () => {
  it('waits for its end and sums it up', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const running = runCommand(['backfill', 'flights', '--from', '2001-01-01', '--to', '2001-01-31'], {
      url: api.url,
    });
    const id = await eventually('the backfill is enqueued', () => [...api.contents.jobs.keys()][0]);
    await progress(api, { state: 'running', partitions: 31, measured: 10, ingested: 12, rows: 1_000 });
    await progress(api, {
      state: 'succeeded',
      partitions: 31,
      measured: 31,
      ingested: 31,
      rows: 31_000,
      startedAt: fixtureTime(0),
      endedAt: fixtureTime(12),
    });
    const run = await running;
    assert.equal(run.exitCode, 0);
    assert.equal(run.text, 'flights: backfill succeeded in 12.0 s: 31 partitions, 31,000 rows\n');
    assert.equal(api.contents.jobs.get(id)?.job.spec.kind, 'backfill');
  });

  it('ends with 3 and the causes when partitions failed', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const running = runCommand(['backfill', 'flights', '--json'], { url: api.url });
    await eventually('the backfill is enqueued', () => [...api.contents.jobs.keys()][0]);
    const cause = { code: 'SOURCE_UNREADABLE' as const, message: 'flights-7.parquet is cut off' };
    await progress(api, {
      state: 'failed',
      failed: 1,
      failures: [{ task: taskName('ingest/2001-01-07'), failure: cause }],
    });
    const run = await running;
    assert.equal(run.exitCode, 3);
    assert.equal(run.json.failures[0].failure.message, cause.message);
    const status = await runCommand(['backfill', 'status', 'flights'], { url: api.url });
    assert.match(status.errors, /ingest\/2001-01-07: error SOURCE_UNREADABLE: flights-7\.parquet is cut off/);
  });

  it('goes on in the service after Ctrl-C, and says so', async () => {
    await using api = await startApi();
    await registerFlights(api);
    let interrupt: (() => void) | undefined;
    let released = false;
    const onInterrupt = (listener: () => void) => {
      interrupt = listener;
      return () => {
        released = true;
      };
    };
    const running = runCommand(['backfill', 'flights'], { url: api.url, onInterrupt });
    const listener = await eventually('it waits', () => interrupt);
    listener();
    const run = await running;
    assert.equal(run.exitCode, 130);
    assert.match(
      run.errors,
      /the backfill \S+ goes on in the service; `assay backfill status flights` shows it/,
    );
    assert.ok(released);
    assert.ok([...api.contents.jobs.values()].every(({ job }) => job.control === 'run'));
  });

  it('is followed again after the service was away', async () => {
    const first = await startApi();
    await registerFlights(first);
    const running = runCommand(['backfill', 'flights'], { url: first.url });
    const id = await eventually('the backfill is enqueued', () => [...first.contents.jobs.keys()][0]);
    await eventually('somebody watches', () => first.kit.clock.sleepers() > 0);
    await first.server.stop();
    const { database, contents } = createMemoryDatabase();
    addJob(contents, { id, spec: { kind: 'backfill', concurrency: 8 }, group: id });
    contents.progress.set(id, { state: 'succeeded', endedAt: fixtureTime(5) });
    await using _second = await startApi({ port: Number(new URL(first.url).port), database });
    assert.equal((await running).exitCode, 0);
  });

  it('is paused, resumed and cancelled by the name of its dataset or by its id', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const { url } = api;
    const started = await runCommand(['backfill', 'flights', '--no-wait', '--json'], { url });
    const { id } = started.json;
    assert.equal(
      (await runCommand(['backfill', 'pause', 'flights'], { url })).text,
      `flights: backfill ${id} paused\n`,
    );
    assert.equal(api.contents.jobs.get(id)?.job.control, 'pause');
    assert.match((await runCommand(['backfill', 'status', 'flights'], { url })).text, /flights: paused/);
    assert.equal((await runCommand(['backfill', 'resume', id], { url })).exitCode, 0);
    assert.equal((await runCommand(['backfill', 'cancel', 'flights', '--json'], { url })).json.id, id);
    assert.equal(api.contents.jobs.get(id)?.job.control, 'cancel');
    const none = await runCommand(['backfill', 'pause', 'nothing'], { url });
    assert.match(none.errors, /error BACKFILL_NOT_FOUND/);
  });

  it('takes one partition in again on retry', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const run = await runCommand(['backfill', 'retry', 'flights', '2001-01-07', '--no-wait', '--json'], {
      url: api.url,
    });
    assert.deepEqual(api.contents.jobs.get(run.json.id)?.job.spec, {
      kind: 'scan',
      only: ['2001-01-07'],
      force: true,
    });
  });

  it('says what is wrong with its frame', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const run = await runCommand(['backfill', 'flights', '--from', '2001-02-01', '--to', '2001-01-01'], {
      url: api.url,
    });
    assert.equal(run.exitCode, 3);
    assert.equal(
      run.errors,
      'error REQUEST_INVALID: the frame ends (2001-01-01) before it begins (2001-02-01)\n  swap --from and --to\n',
    );
  });
});

describe('scan', () => {
  it('returns at once, or with --wait when the verdicts are there', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const { url } = api;
    assert.match((await runCommand(['scan', 'flights'], { url })).text, /^flights: scan \S+ started/);
    api.contents.jobs.clear();
    const running = runCommand(['scan', 'flights', '--partition', '2001-01-02', '--force', '--wait'], {
      url,
    });
    const id = await eventually('the scan is enqueued', () => [...api.contents.jobs.keys()][0]);
    const scan = api.contents.jobs.get(id);
    assert.ok(scan);
    const times = { startedAt: fixtureTime(1), endedAt: fixtureTime(2), attempts: 1 };
    const revision = { dataset: flights, partition: partitionKey('2001-01-02'), number: 3 };
    scan.tasks.push({
      name: taskName('ingest/2001-01-02'),
      status: 'done',
      ...times,
      output: { kind: 'ingest', revision, rowCount: 10, rejectedCount: 0, sizeBytes: 1 },
    });
    addJob(api.contents, { id: 'c1', spec: { kind: 'check', revision, batches: 1 } });
    scan.end = { status: 'succeeded', endedAt: fixtureTime(3), tasks: 1, tasksFailed: 0 };
    api.contents.partitions.set(flights, [
      {
        partition: revision.partition,
        revision: 3,
        rowCount: 10,
        rejectedCount: 0,
        ingestedAt: fixtureTime(2),
        status: 'warn',
      },
    ]);
    const check = api.contents.jobs.get(jobId('c1'));
    assert.ok(check);
    check.end = { status: 'succeeded', endedAt: fixtureTime(4), tasks: 1, tasksFailed: 0 };
    const run = await running;
    assert.equal(run.exitCode, 2);
    assert.match(run.text, /│ 2001-01-02 │ +10 │ +│ ▲ warn │/);
  });

  it('ends with 3 and the cause when it failed, with 0 when nothing is new', async () => {
    await using api = await startApi();
    await registerFlights(api);
    const { url } = api;
    const failing = runCommand(['scan', 'flights', '--wait'], { url });
    await endScan(api, { status: 'failed', error: { code: 'SOURCE_NOT_FOUND', message: 'no file matches' } });
    const failed = await failing;
    assert.equal(failed.exitCode, 3);
    assert.match(failed.errors, /error SOURCE_NOT_FOUND: no file matches/);
    api.contents.jobs.clear();
    const idle = runCommand(['scan', 'flights', '--wait'], { url });
    await endScan(api, { status: 'done', output: { kind: 'lookup', changed: [], unchanged: 181 } });
    const nothing = await idle;
    assert.equal(nothing.exitCode, 0);
    assert.equal(nothing.text, 'flights: nothing new, 181 partitions are unchanged\n');
  });
});

describe('incidents', () => {
  it('are listed, taken on, resolved and reopened', async () => {
    await using api = await startApi();
    api.contents.incidents.set('i1', newIncident('i1'));
    api.contents.incidents.set('i2', newIncident('i2'));
    const { url } = api;
    const list = await runCommand(['incidents', 'flights'], { url });
    assert.match(
      list.text,
      /│ i1 +│ flights │ fail +│ new +│ 2001-01-02 │ flights 2001-01-02: row_count is 0/,
    );
    const environment = { ASSAY_URL: url, USER: 'ana' };
    const seen = await runCommand(['incidents', 'ack', 'i1', 'i2'], { environment });
    assert.equal(seen.text, 'i1: seen by ana\ni2: seen by ana\n');
    const given = await runCommand(['incidents', 'assign', 'i1', '--to', 'ben'], { url });
    assert.equal(given.text, 'i1: with ben\n');
    const closed = await runCommand(
      ['incidents', 'resolve', 'i1', 'none', '--reason', 'real_error', '--by', 'ben'],
      { url },
    );
    assert.equal(closed.exitCode, 3);
    assert.equal(closed.text, 'i1: resolved: real error\n');
    assert.match(closed.errors, /error INCIDENT_NOT_FOUND/);
    assert.doesNotMatch((await runCommand(['incidents'], { url })).text, /i1/);
    assert.match(
      (await runCommand(['incidents', 'show', 'i1'], { url })).text,
      /ben: resolved: a real error/,
    );
    assert.equal(
      (await runCommand(['incidents', 'reopen', 'i1', '--json'], { url })).json[0].state.state,
      'new',
    );
  });

  it('are resolved only with a reason', async () => {
    const none = await runCommand(['incidents', 'resolve', 'i1']);
    assert.equal(none.exitCode, 3);
    assert.match(none.errors, /required option '--reason <reason>'/);
    const wrong = await runCommand(['incidents', 'resolve', 'i1', '--reason', 'bored']);
    assert.equal(wrong.exitCode, 3);
    assert.match(wrong.errors, /expected_once/);
  });
});

describe('jobs', () => {
  it('are listed and shown with their tasks', async () => {
    await using api = await startApi();
    addJob(api.contents, { id: 's1', spec: { kind: 'scan' } });
    api.contents.jobs.get(jobId('s1'))?.tasks.push({
      name: taskName('lookup'),
      status: 'failed',
      attempts: 3,
      startedAt: fixtureTime(1),
      endedAt: fixtureTime(4),
      error: { code: 'SOURCE_NOT_FOUND', message: 'no file matches' },
    });
    const { url } = api;
    assert.match(
      (await runCommand(['jobs', 'flights', '--open'], { url })).text,
      /│ s1 +│ flights │ scan │ open +│/,
    );
    const shown = await runCommand(['jobs', 'show', 's1'], { url });
    assert.match(shown.text, /│ lookup │ failed │ +3 │ 3\.0 s │ SOURCE_NOT_FOUND: no file matches/);
    assert.match((await runCommand(['jobs', '--kind', 'learn'], { url })).errors, /no such job/);
  });
});

describe('the command line', () => {
  it('tells in plain words that no service answers, and how to start one', async () => {
    const api = await startApi();
    await api.server.stop();
    const run = await runCommand(['datasets', '--url', api.url]);
    assert.equal(run.exitCode, 3);
    const { host } = new URL(api.url);
    assert.equal(
      run.errors,
      `error SERVICE_UNREACHABLE: no Assay service answers at ${api.url}\n` +
        `  cause: connect ECONNREFUSED ${host}\n` +
        '  start it with `assay up`, or name its address with --url or ASSAY_URL\n',
    );
  });

  it('refuses an address that is none', async () => {
    const run = await runCommand(['datasets', '--url', 'localhost:7420']);
    assert.match(run.errors, /error REQUEST_INVALID: "localhost:7420" is no address of a service \(--url\)/);
  });

  it('ends with 3 after a wrong command line and 0 after help', async () => {
    for (const args of [['dance'], ['results'], ['results', 'flights', '--colour'], ['apply']]) {
      assert.equal((await runCommand(args)).exitCode, 3, args.join(' '));
    }
    const help = await runCommand(['--help']);
    assert.equal(help.exitCode, 0);
    for (const name of [
      'up',
      'demo',
      'check',
      'apply',
      'datasets',
      'delete',
      'backfill',
      'scan',
      'results',
    ]) {
      assert.match(help.text, new RegExp(`^ {2}${name}\\b`, 'm'));
    }
    assert.equal((await runCommand(['--version'])).text, '0.0.0-test\n');
    assert.match((await runCommand(['backfill', '--help'])).text, /--concurrency[\s\S]*pause[\s\S]*Ctrl-C/);
  });

  it('gives `up` and `demo` their options and takes their exit codes', async () => {
    const seen: unknown[] = [];
    const take = async (options: unknown) => {
      seen.push(options);
      return seen.length === 1 ? 0 : 1;
    };
    const up = await runCommand(['up', '--data', '/d', '--port', '0', '--log-level', 'warn'], { up: take });
    const demo = await runCommand(['demo', '--once', '--json'], { demo: take });
    assert.deepEqual([up.exitCode, demo.exitCode], [0, 1]);
    assert.deepEqual(seen, [
      { data: '/d', port: '0', logLevel: 'warn' },
      { once: true, json: true },
    ]);
  });
});

/** Moves a backfill on, once a reader watches it, and lets the service look. */
async function progress(
  api: ApiService,
  now: Parameters<typeof api.contents.progress.set>[1],
): Promise<void> {
  const [id] = api.contents.jobs.keys();
  assert.ok(id);
  await eventually('somebody watches', () => api.kit.clock.sleepers() > 0);
  api.contents.progress.set(id, now);
  await api.kit.clock.advance(200);
}

async function endScan(
  api: ApiService,
  lookup: Pick<Parameters<typeof addTask>[1], 'status' | 'output' | 'error'>,
): Promise<void> {
  const id = await eventually('the scan is enqueued', () => [...api.contents.jobs.keys()][0]);
  const scan = api.contents.jobs.get(id);
  assert.ok(scan);
  addTask(scan.tasks, {
    name: taskName('lookup'),
    attempts: 1,
    startedAt: fixtureTime(1),
    endedAt: fixtureTime(2),
    ...lookup,
  });
  const status = lookup.status === 'done' ? 'succeeded' : 'failed';
  scan.end = { status, endedAt: fixtureTime(3), tasks: 1, tasksFailed: status === 'failed' ? 1 : 0 };
}

type Tasks = NonNullable<ReturnType<ApiService['contents']['jobs']['get']>>['tasks'];

function addTask(tasks: Tasks, task: Tasks[number]): void {
  tasks.push(task);
}

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { day } from '../../src/base/units.ts';
import type { ScanView } from '../../src/services/ingestion/scans.ts';
import type { SourceView } from '../../src/services/ingestion/sources.ts';
import { eventually } from '../support/eventually.ts';
import { type FileServer, startFileServer } from '../support/file-server.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { runAssay, type ServiceProcess, startService } from '../support/service-process.ts';

/** The date so many days from today. */
function date(days: number): string {
  return new Date(Date.now() + days * day).toISOString().slice(0, 10);
}

const header = 'id,name,amount\n';

function rows(count: number, line = (at: number) => `${at},x,${at}.5`): string {
  return header + Array.from({ length: count }, (_, at) => `${line(at)}\n`).join('');
}

describe('sources that are elsewhere', () => {
  let folder: string;
  let service: ServiceProcess;
  let server: FileServer;
  let slow: FileServer;
  let postgres: PostgresServer;
  let shopUrl: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-remote-sources-'));
    [server, slow, postgres] = await Promise.all([startFileServer(), startFileServer(), startPostgres()]);
    shopUrl = await postgres.createDatabase();
    await postgres.asSuperuser(
      shopUrl,
      'create table sale as select g as id, g * 2 as amount from generate_series(1, 100) g',
    );
    await postgres.asSuperuser(shopUrl, 'grant select on sale to public');
    service = await startService(join(folder, 'data'), {
      ASSAY_HTTP_ALLOW: '127.0.0.0/8',
      SHOP_URL: `${shopUrl}?sslmode=disable`,
    });
  });
  after(async () => {
    await service?.stop();
    for (const each of [server, slow, postgres]) await each?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function apply(name: string, provider: string, more = 'partition: {file: true}'): Promise<void> {
    const yaml = `dataset: ${name}\nowner: o@example.org\nprovider: ${provider}\n${more}\n`;
    const applied = await service.client.apply({ yaml, file: `${name}.yaml`, baseDirectory: folder });
    assert.ok(applied.ok, JSON.stringify(applied));
  }

  const daily = (name: string, of = server) =>
    apply(
      name,
      `{type: http, url: "${of.url}/${name}/{yyyy}-{MM}-{dd}.csv"}`,
      `partition: {file: true}\nbackfill: {from: "${date(-6)}"}`,
    );

  async function begin(dataset: string): Promise<string> {
    const begun = await service.client.startScan({ dataset });
    assert.ok(begun.ok, JSON.stringify(begun));
    return begun.value.id;
  }

  /** Scans to the end; what was changed by key, with its revision and its rows, or the code of its failure. */
  async function scan(dataset: string): Promise<{ view: ScanView; changes: Record<string, string> }> {
    const id = await begin(dataset);
    const view = await eventually(
      `the end of the scan of ${dataset}`,
      async () => {
        const seen = await service.client.scan(id);
        return seen.ok && !['scanning', 'checking'].includes(seen.value.state) ? seen.value : undefined;
      },
      90_000,
      20,
    );
    const changes = view.partitions.map(({ partition, revision, rowCount, failure }) => [
      partition,
      failure?.code ?? `${revision === undefined ? 'no revision' : `revision ${revision}`}, ${rowCount} rows`,
    ]);
    return { view, changes: Object.fromEntries(changes) };
  }

  async function sourceOf(url: string): Promise<SourceView | undefined> {
    const answer = await fetch(`${service.url}/api/v1/sources`);
    const { sources } = (await answer.json()) as { readonly sources: readonly SourceView[] };
    return sources.find(({ name }) => name === url);
  }

  it('bring partitions late, restated, ahead of time and no more, each taken for what it is', async () => {
    const path = (days: number) => `/daily/${date(days)}.csv`;
    for (const days of [-3, -2, -1]) server.put(path(days), rows(10 - days));
    await daily('daily');
    assert.deepEqual((await scan('daily')).changes, {
      [date(-3)]: 'revision 1, 13 rows',
      [date(-2)]: 'revision 1, 12 rows',
      [date(-1)]: 'revision 1, 11 rows',
    });
    // Late; ahead of time; restated; written anew with the same content; gone.
    server.put(path(-5), rows(5));
    server.put(path(1), rows(6));
    server.put(path(-2), rows(22));
    server.put(path(-1), rows(11), { etag: '"anew"' });
    server.files.delete(path(-3));
    assert.deepEqual((await scan('daily')).changes, {
      [date(-5)]: 'revision 1, 5 rows',
      [date(-2)]: 'revision 2, 22 rows',
      [date(-1)]: 'no revision, 11 rows',
      [date(1)]: 'revision 1, 6 rows',
    });
    const known = await service.client.partitions('daily', {});
    assert.ok(known.ok);
    const kept = known.value.partitions.find(({ partition }) => partition === date(-3));
    assert.equal(kept?.rowCount, 13, 'what was taken in stays when the source has it no more');
    server.requests.length = 0;
    const still = await scan('daily');
    assert.deepEqual([still.view.changed, still.view.unchanged], [0, 4]);
    assert.ok(
      server.requests.every(({ line }) => line.startsWith('HEAD ')),
      'nothing unchanged is fetched',
    );

    // What the same would cost again.
    const cost = await service.client.backfillCost('daily', { force: true });
    assert.ok(cost.ok, JSON.stringify(cost));
    const { partitions, toRead, bytes, rows: knownRows, duration } = cost.value;
    assert.deepEqual([partitions, toRead, bytes?.ofPartitions, knownRows?.total], [4, 4, 4, 5 + 22 + 11 + 6]);
    assert.ok(duration.kind === 'estimated' && duration.by === 'bytes' && duration.durationMs > 0);
    const told = await runAssay(['backfill', 'daily', '--dry-run', '--url', service.url]);
    assert.equal(told.code, 0, told.err);
    assert.match(told.out, /would read 0 of 4 partitions; 4 are unchanged/);
    const today = (await sourceOf(server.url))?.today;
    assert.ok(today !== undefined && today.calls >= 10 && today.bytes > 500, JSON.stringify(today));
  });

  it('may lie about what they have: what can be noticed is', async () => {
    const path = (days: number) => `/lies/${date(days)}.csv`;
    const old = { etag: '"always"', 'last-modified': new Date(0).toUTCString() };
    for (const days of [-3, -2]) server.put(path(days), rows(10), old);
    // Says one thing when it is asked, and sends another.
    server.put(path(-1), rows(10), old);
    server.instead.set(path(-1), (request, response) => {
      const etag = request.method === 'HEAD' ? '"asked"' : '"sent"';
      response.writeHead(200, { etag }).end(request.method === 'HEAD' ? undefined : rows(10));
    });
    await daily('lies');
    const first = await scan('lies');
    assert.equal(first.changes[date(-1)], 'SOURCE_CHANGED');
    assert.equal(first.changes[date(-2)], 'revision 1, 10 rows');
    server.instead.clear();
    server.put(
      path(-3),
      rows(10, (at) => `${at},y,${at}.5`),
      old,
    );
    server.put(path(-2), rows(11), old);
    server.put(path(-1), rows(9), old);
    // Another length can not be hidden; other content under the same tag, time and length can.
    assert.deepEqual((await scan('lies')).changes, {
      [date(-2)]: 'revision 2, 11 rows',
      [date(-1)]: 'revision 1, 9 rows',
    });
  });

  it('may send bad rows, which are counted and shown with their reason, and too many of them fail the task', async () => {
    const bad = (share: number) => rows(100, (at) => (at % 100 < share ? `${at},x` : `${at},x,1.5`));
    server.put(`/dirty/${date(-2)}.csv`, bad(3));
    server.put(`/dirty/${date(-1)}.csv`, bad(50));
    await daily('dirty');
    const { view, changes } = await scan('dirty');
    assert.deepEqual(changes, { [date(-2)]: 'revision 1, 97 rows', [date(-1)]: 'REJECTED_TOO_MANY' });
    const few = view.partitions.find(({ partition }) => partition === date(-2));
    assert.equal(few?.rejectedCount, 3);
    const answer = await fetch(`${service.url}/api/v1/datasets/dirty/partitions/${date(-2)}`);
    const detail = JSON.stringify(await answer.json());
    assert.match(detail, /"count":3/);
    assert.match(detail, /"reason":/);
    const many = view.partitions.find(({ partition }) => partition === date(-1));
    assert.match(many?.failure?.message ?? '', /50 of 100 rows were rejected/);
  });

  it('may hang: others go on meanwhile', async () => {
    slow.instead.set('*', () => undefined);
    await daily('hanging', slow);
    const hanging = await begin('hanging');
    await eventually('the request that hangs', () => slow.requests.length > 0, 30_000);
    const others = await scan('daily');
    assert.equal(others.view.state, 'succeeded');
    const still = await service.client.scan(hanging);
    assert.ok(still.ok && still.value.state === 'scanning');
    const seen = await eventually('the source', () => sourceOf(slow.url), 10_000, 50);
    assert.equal(seen.running, 1);
    // Whoever hangs comes back, and nothing was lost.
    slow.put(`/hanging/${date(-1)}.csv`, rows(4));
    slow.instead.clear();
    slow.hangUp();
    const end = await eventually(
      'the end of the scan that hung',
      async () => {
        const view = await service.client.scan(hanging);
        return view.ok && view.value.state === 'succeeded' ? view.value : undefined;
      },
      120_000,
      100,
    );
    assert.equal(end.partitions[0]?.rowCount, 4);
  });

  it('may stand still, as a stopped PostgreSQL server does: others go on meanwhile, and it is read when it moves', async () => {
    await apply('sales', '{type: postgres, url: "${env:SHOP_URL}", table: sale}', 'partition: none');
    assert.deepEqual((await scan('sales')).changes, { all: 'revision 1, 100 rows' });
    await postgres.asSuperuser(shopUrl, 'insert into sale values (101, 202)');
    const processes = await processesOf(postgres, shopUrl);
    for (const pid of processes) process.kill(pid, 'SIGSTOP');
    let stopped: string;
    try {
      stopped = await begin('sales');
      const others = await scan('daily');
      assert.equal(others.view.state, 'succeeded');
      const still = await service.client.scan(stopped);
      assert.ok(still.ok && still.value.state === 'scanning');
    } finally {
      for (const pid of processes) process.kill(pid, 'SIGCONT');
    }
    const end = await eventually(
      'the end of the scan of a server that stood still',
      async () => {
        const view = await service.client.scan(stopped);
        return view.ok && view.value.state === 'succeeded' ? view.value : undefined;
      },
      120_000,
      100,
    );
    assert.equal(end.partitions[0]?.rowCount, 101);
  });
});

/** The postmaster of a server and its children that live on: a new connection would be another child of it. */
async function processesOf(server: PostgresServer, url: string): Promise<readonly number[]> {
  const [row] = await server.asSuperuser<{ pid: number }>(url, 'select pg_backend_pid() as pid');
  const [checkpointer] = await server.asSuperuser<{ pid: number }>(
    url,
    "select pid from pg_stat_activity where backend_type = 'checkpointer'",
  );
  assert.ok(row !== undefined && checkpointer !== undefined);
  const status = await readFile(`/proc/${checkpointer.pid}/status`, 'utf8');
  const postmaster = Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
  assert.ok(postmaster > 1);
  return [postmaster];
}

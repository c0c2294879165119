import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { CapacityReport } from '../../src/cli/drills/measured-drills.ts';
import { eventually } from '../support/eventually.ts';
import { commandOf, descendantsOf, isRunning } from '../support/process-tree.ts';
import { runAssay, spawnAssay } from '../support/service-process.ts';

const soonMs = 120_000;

describe('assay up --cluster-of', () => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-up-cluster-'));
  chmodSync(directory, 0o711);
  const data = join(directory, 'data');
  const started: ChildProcess[] = [];
  after(() => {
    for (const child of started) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  });

  it('leaves no process behind when it is killed, with work under way and a process frozen', async () => {
    const cluster = await up();
    await beginWork(cluster.url);
    const holder = cluster.child.pid ?? 0;
    const isWorker = (pid: number) => /worker-main/.test(commandOf(pid));
    await eventually('a worker runs', () => descendantsOf(holder).some(isWorker), soonMs, 20);
    const processes = descendantsOf(holder);
    const commands = processes.map(commandOf);
    for (const kind of [/QuorumPeerMain/, /bin\/postgres/, /postgres: /, /main\.ts node/, /worker-main/]) {
      assert.ok(
        commands.some((command) => kind.test(command)),
        `${kind}: ${commands.join('\n')}`,
      );
    }
    const frozen = processes.find((pid) => / node .*ingestion/.test(commandOf(pid)));
    assert.ok(frozen !== undefined);
    process.kill(frozen, 'SIGSTOP');
    cluster.child.kill('SIGKILL');
    await eventually('none runs any more', () => processes.every((pid) => !isRunning(pid)), 20_000, 50).catch(
      (error: unknown) => {
        throw new Error(processes.map(commandOf).join('\n'), { cause: error });
      },
    );
  });

  it('goes on with its data, lets no second one in, and stops in order at Ctrl-C', async () => {
    const cluster = await up();
    const datasets = await runAssay(['datasets', '--json', '--url', cluster.url]);
    assert.match(datasets.out, /"numbers"/);
    const second = await runAssay(['up', '--cluster-of', '1', '--data', data, '--port', '0']);
    assert.equal(second.code, 3);
    assert.match(second.err, /DATA_DIRECTORY_LOCKED/);
    const single = await runAssay(['up', '--data', data, '--port', '0']);
    assert.deepEqual([single.code, /was used by a whole cluster/.test(single.err)], [3, true]);
    const processes = descendantsOf(cluster.child.pid ?? 0);
    await measureGiven(cluster.url, processes);
    const exited = once(cluster.child, 'exit');
    cluster.child.kill('SIGINT');
    assert.deepEqual(await exited, [0, null]);
    const ended = [...cluster.errors().matchAll(/^([a-z]+)\S* in zone \w: down/gm)].map(([, role]) => role);
    assert.deepEqual(
      ended.filter((role, index) => role !== ended[index - 1]),
      ['node', 'manager', 'scheduler', 'api', 'zookeeper', 'postgres'],
    );
    assert.deepEqual(processes.filter(isRunning), []);
  });

  /** Measures the capacity of the cluster as one that was given, which it leaves as it is. */
  async function measureGiven(url: string, processes: readonly number[]): Promise<void> {
    const [node] = processes.filter((pid) => /main\.ts node/.test(commandOf(pid)));
    const environment = readFileSync(`/proc/${node}/environ`, 'utf8').split('\0');
    const variable = environment.find((line) => line.startsWith('ASSAY_DATABASE_URL='));
    const report = join(directory, 'capacity.json');
    const size = ['--jobs', '1,4', '--tasks', '16', '--latency-jobs', '2', '--json', report];
    const drill = ['drill', 'capacity', '--api-url', url, ...size];
    const alone = await runAssay(drill);
    assert.deepEqual([alone.code, /needs both addresses/.test(alone.err)], [3, true]);
    const run = await runAssay([
      ...drill,
      '--database-url',
      variable?.slice(variable.indexOf('=') + 1) ?? '',
    ]);
    assert.equal(run.code, 0, run.err);
    const { points, findings, about } = JSON.parse(readFileSync(report, 'utf8')) as CapacityReport;
    assert.deepEqual([points.map(({ jobs }) => jobs), findings], [[1, 4], []]);
    assert.match(about.cluster, /^a given cluster of 1 data node with 1 slot in all/);
    assert.doesNotMatch(JSON.stringify(about), /postgres:/);
    assert.deepEqual(processes.filter(isRunning).length, processes.length);
  }

  async function up() {
    const child = spawnAssay([
      'up',
      '--cluster-of',
      '1',
      '--zones',
      'a,b',
      '--slots',
      '1',
      '--data',
      data,
      '--port',
      '0',
    ]);
    started.push(child);
    let [out, errors] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString('utf8');
    });
    const url = await eventually(
      'the cluster runs',
      () => /runs at (http:[^;\s]+)/.exec(out)?.[1] ?? ended(child, errors),
      soonMs,
      20,
    );
    return { child, url, errors: () => errors };
  }

  /** Puts some partitions on their way. */
  async function beginWork(url: string): Promise<void> {
    const rows = Array.from({ length: 9_000 }, (_, row) => `2001-01-0${(row % 9) + 1},${row % 7}`);
    writeFileSync(join(directory, 'numbers.csv'), `day,number\n${rows.join('\n')}\n`);
    const definition = join(directory, 'numbers.yaml');
    const partition = 'partition: { column: day, by: day }';
    writeFileSync(
      definition,
      `dataset: numbers\nowner: ops@example.org\nprovider: { type: files, path: numbers.csv }\n${partition}\n`,
    );
    const applied = await runAssay(['apply', '-f', definition, '--url', url]);
    assert.equal(applied.code, 0, applied.err);
    const begun = await runAssay(['backfill', 'numbers', '--no-wait', '--url', url]);
    assert.equal(begun.code, 0, begun.err);
  }
});

function ended(child: ChildProcess, errors: string): undefined {
  if (child.exitCode !== null) assert.fail(`it ended with ${child.exitCode}: ${errors}`);
}

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { CapacityReport } from '../../src/cli/drills/measured-drills.ts';
import type { DrillReport } from '../../src/core/drills/drill-report.ts';
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
    await measureGiven(cluster.url, descendantsOf(cluster.child.pid ?? 0));
    await disturbGiven(cluster);
    const processes = descendantsOf(cluster.child.pid ?? 0);
    const saidBefore = cluster.errors().length;
    const exited = once(cluster.child, 'exit');
    cluster.child.kill('SIGINT');
    assert.deepEqual(await exited, [0, null]);
    const ended = [
      ...cluster
        .errors()
        .slice(saidBefore)
        .matchAll(/^([a-z]+)\S* in zone \w: down/gm),
    ].map(([, role]) => role);
    assert.deepEqual(
      ended.filter((role, index) => role !== ended[index - 1]),
      ['node', 'manager', 'scheduler', 'api', 'zookeeper', 'postgres'],
    );
    assert.deepEqual(processes.filter(isRunning), []);
  });

  /** Measures the capacity of the cluster as one that was given, which it leaves as it is. */
  async function measureGiven(url: string, processes: readonly number[]): Promise<void> {
    const report = join(directory, 'capacity.json');
    const size = ['--jobs', '1,4', '--tasks', '16', '--latency-jobs', '2', '--json', report];
    const drill = ['drill', 'capacity', '--api-url', url, ...size];
    const alone = await runAssay(drill);
    assert.deepEqual([alone.code, /needs both addresses/.test(alone.err)], [3, true]);
    const run = await runAssay([...drill, '--database-url', databaseUrlOf(processes)]);
    assert.equal(run.code, 0, run.err);
    const { points, findings, about } = JSON.parse(readFileSync(report, 'utf8')) as CapacityReport;
    assert.deepEqual([points.map(({ jobs }) => jobs), findings], [[1, 4], []]);
    assert.match(about.cluster, /^a given cluster of 1 data node with 1 slot in all/);
    assert.doesNotMatch(JSON.stringify(about), /postgres:/);
    assert.deepEqual(processes.filter(isRunning).length, processes.length);
  }

  /** Kills and freezes processes of the cluster by commands of its operator, while it does a drill's jobs. */
  async function disturbGiven(cluster: Awaited<ReturnType<typeof up>>): Promise<void> {
    const said = cluster.errors().matchAll(/^(\S+) in zone (\w+): ready,.* (http:\S+)$/gm);
    const urls = new Map([...said].map(([, name = '', zone = '', url = '']) => [name, { zone, url }]));
    const processes = [...urls].map(([name, place]) => {
      const [role = '', member] = name.split('-');
      return { name, role, ...(role === 'manager' || role === 'node' ? { cluster: member } : {}), ...place };
    });
    assert.deepEqual(
      new Set(processes.map(({ role }) => role)),
      new Set(['manager', 'node', 'api', 'scheduler']),
    );
    const hit = join(directory, 'hit.sh');
    // The pattern stands here as a variable, so that the shell does not find itself.
    writeFileSync(
      hit,
      `for one in /proc/[0-9]*; do
         if tr '\\0' ' ' < $one/cmdline 2>/dev/null | grep -q -e "--name $ASSAY_PROCESS "; then kill -$1 \${one#/proc/}; fi
       done; true\n`,
    );
    const commands = { kill: `sh ${hit} KILL`, pause: `sh ${hit} STOP`, resume: `sh ${hit} CONT` };
    const [file, report] = [join(directory, 'processes.yaml'), join(directory, 'failure.json')];
    writeFileSync(file, JSON.stringify({ processes, commands }));
    const given = [
      '--api-url',
      cluster.url,
      '--database-url',
      databaseUrlOf(descendantsOf(cluster.child.pid ?? 0)),
      '--processes',
      file,
    ];
    const size = ['--jobs', '30', '--faults', '5', '--seed', '2001', '--json', report];
    const run = await runAssay(['drill', 'failure', ...given, '--site-directory', directory, ...size]);
    assert.equal(run.code, 0, `${run.out}${run.err}`);
    const { faults, verdict, about } = JSON.parse(readFileSync(report, 'utf8')) as DrillReport;
    assert.equal(faults.length, 5);
    assert.deepEqual(new Set(faults.map(({ kind }) => kind)), new Set(['kill', 'pause']));
    for (const { what, healedAt } of faults) assert.ok(healedAt !== undefined, `${what} came back`);
    assert.deepEqual([verdict.counts.jobs, verdict.findings], [30, []]);
    assert.match(about.cluster, /^a given cluster of 1 data node/);
    const left = await runAssay(['datasets', '--json', '--url', cluster.url]);
    assert.doesNotMatch(left.out, /drill/);
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

/** What the data nodes among some processes were told. */
function databaseUrlOf(processes: readonly number[]): string {
  const [node] = processes.filter((pid) => /main\.ts node/.test(commandOf(pid)));
  const environment = readFileSync(`/proc/${node}/environ`, 'utf8').split('\0');
  const variable = environment.find((line) => line.startsWith('ASSAY_DATABASE_URL='));
  return variable?.slice(variable.indexOf('=') + 1) ?? '';
}

function ended(child: ChildProcess, errors: string): undefined {
  if (child.exitCode !== null) assert.fail(`it ended with ${child.exitCode}: ${errors}`);
}

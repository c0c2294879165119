import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../../src/base/errors.ts';
import { fail, succeed } from '../../../src/base/outcome.ts';
import type { CliDependencies } from '../../../src/cli/dependencies.ts';
import { ProcessBoard } from '../../../src/cli/views/process-board.ts';
import type { LocalCluster, LocalProcess } from '../../../src/ports/local-cluster.ts';
import { capturedIo } from '../../support/captured-io.ts';
import { runCommand } from '../../support/cli-run.ts';

const node: LocalProcess = {
  name: 'node-quality-a1',
  role: 'node',
  cluster: 'quality',
  zone: 'a',
  pid: 4711,
  state: 'ready',
  build: 'local',
  url: 'http://127.0.0.1:20001',
};
const server: LocalProcess = { ...node, name: 'zookeeper-1', role: 'zookeeper', pid: 4712 };

const unexpected = (): never => assert.fail('the command only starts and stops it');
const unusedCluster: LocalCluster = {
  apiUrl: 'http://127.0.0.1:7420',
  databaseUrl: '',
  zooKeeper: '',
  processes: unexpected,
  signal: unexpected,
  start: unexpected,
  replace: unexpected,
  addNode: unexpected,
  wipeZooKeeper: unexpected,
  onChange: unexpected,
  [Symbol.asyncDispose]: unexpected,
};

describe('assay up --cluster-of', () => {
  it('says where the cluster runs and each change, and stops it at Ctrl-C', async () => {
    let interrupt: () => void = () => {};
    let isStopped = false;
    const cluster: LocalCluster = {
      ...unusedCluster,
      [Symbol.asyncDispose]: async () => {
        isStopped = true;
      },
    };
    const given: unknown[] = [];
    const startCluster: CliDependencies['startCluster'] = async (options, { onChange }) => {
      given.push(options);
      onChange({ ...node, state: 'starting' });
      onChange(node);
      queueMicrotask(() => setImmediate(interrupt));
      return succeed(cluster);
    };
    const run = await runCommand(['up', '--cluster-of', '3', '--zones', 'a,b', '--data', 'here'], {
      startCluster,
      onInterrupt: (listener) => {
        interrupt = listener;
        return () => {};
      },
    });
    assert.deepEqual([run.exitCode, isStopped], [0, true]);
    assert.deepEqual(given, [{ clusterOf: '3', zones: 'a,b', data: 'here' }]);
    assert.equal(
      run.text,
      'Assay 0.0.0-test runs at http://127.0.0.1:7420; data in here; Ctrl-C stops it.\n',
    );
    assert.match(run.errors, /^node-quality-a1 in zone a: starting, pid 4711, build local, restarts 0/);
  });

  it('ends with 130 when it is interrupted before the cluster is ready', async () => {
    const run = await runCommand(['up', '--cluster-of', '1'], {
      startCluster: async () => fail(failure('NOT_READY', 'the cluster stops, and starts nothing')),
      onInterrupt: (listener) => {
        listener();
        return () => {};
      },
    });
    assert.equal(run.exitCode, 130);
    assert.equal(run.errors, '');
  });

  it('tells a failure with what to do', async () => {
    const run = await runCommand(['up', '--cluster-of', '1'], {
      startCluster: async () =>
        fail(failure('PROGRAM_MISSING', 'a cluster needs java', { hint: 'apt-get install java' })),
    });
    assert.equal(run.exitCode, 3);
    assert.equal(run.errors, 'error PROGRAM_MISSING: a cluster needs java\n  apt-get install java\n');
  });
});

describe('the board of processes', () => {
  it('is a table on a terminal, drawn again at each change, with restarts counted', () => {
    const io = capturedIo({ isTty: true, columns: 110 });
    const board = new ProcessBoard(io);
    board.show({ ...server, state: 'starting' });
    board.show({ ...node, state: 'starting' });
    for (const state of ['down', 'starting', 'down', 'starting', 'ready'] as const) {
      board.show({ ...node, state });
    }
    board.tell('Ctrl-C stops it.');
    const last = io.complaints.at(-1) ?? '';
    assert.ok(last.startsWith('\u001b[H\u001b[J'));
    const cells = last.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
    assert.deepEqual(
      cells.filter((row) => row.length > 2).map((row) => row.slice(1, -1)),
      [
        ['process', 'zone', 'state', 'pid', 'build', 'restarts', 'address'],
        ['node-quality-a1', 'a', 'ready', '4711', 'local', '2', 'http://127.0.0.1:20001'],
        ['zookeeper-1', 'a', 'starting', '4712', '', '0', 'http://127.0.0.1:20001'],
      ],
    );
    assert.match(last, /Ctrl-C stops it\.\n$/);
  });
});

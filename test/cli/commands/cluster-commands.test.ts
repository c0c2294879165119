import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeId } from '../../../src/base/ids.ts';
import { startApi } from '../../support/api-service.ts';
import { runCommand } from '../../support/cli-run.ts';
import { eventually } from '../../support/eventually.ts';
import { smallCluster } from '../../support/small-cluster.ts';

describe('assay nodes', () => {
  it('shows each cluster with its leader, its nodes by zone, and bars of their load', async () => {
    await using api = await startApi();
    await smallCluster(api.sessions.quality);
    const { exitCode, text } = await runCommand(['nodes'], { url: api.url });
    assert.equal(exitCode, 0);
    assert.match(text, /^ingestion  no leader;.*\n  no data nodes$/m);
    assert.match(
      text,
      /^quality  leader manager-1 0\.1\.0\+a; 0 jobs open; 1 admitted; tasks: 2 given away, 1 waiting/m,
    );
    const lines = text.split('\n');
    const [near, far] = ['node-near-78', 'node-far-77'].map((id) =>
      lines.findIndex((line) => line.includes(id)),
    );
    assert.ok(near !== undefined && far !== undefined && near > 0 && near < far, text);
    assert.match(lines[near] ?? '', /z1 .*silent.*░░░░░░ 0\/2/);
    assert.match(lines[far] ?? '', /z2 .*open.*█▌░░░░ 1\/4 .*█▌░░░░ +25 % .* 512 MB/);
  });

  it('shows one cluster, and prints JSON for programs', async () => {
    await using api = await startApi();
    await smallCluster(api.sessions.quality);
    const { json } = await runCommand(['nodes', '--cluster', 'quality', '--json'], { url: api.url });
    assert.deepEqual(
      json.clusters.map((cluster: { cluster: string; nodes: unknown[] }) => [
        cluster.cluster,
        cluster.nodes.length,
      ]),
      [['quality', 2]],
    );
  });

  it('says so when what it shows is old', async () => {
    await using api = await startApi();
    await smallCluster(api.sessions.quality);
    await runCommand(['nodes'], { url: api.url });
    api.sessions.quality.suspend();
    const { text } = await runCommand(['nodes', '--cluster', 'quality'], { url: api.url });
    assert.match(text, /^quality  session suspended, as seen 2001-01-01T00:00:00\.000Z; leader/);
    assert.match(text, /node-far-77/);
  });

  it('looks again and again with --watch, until Ctrl-C', async () => {
    await using api = await startApi();
    let interrupt = (): void => {};
    const onInterrupt = (listener: () => void) => {
      interrupt = listener;
      return () => {};
    };
    const watching = runCommand(['nodes', '--watch', '--json'], { url: api.url, onInterrupt });
    const requests = () => api.kit.telemetry.observations('assay_http_request_duration_seconds').length;
    await eventually('it has looked twice', () => requests() >= 3);
    interrupt();
    const { exitCode, text } = await watching;
    assert.equal(exitCode, 0);
    const looks = text.trim().split('\n');
    assert.ok(looks.length >= 2, text);
    for (const each of looks) assert.equal(JSON.parse(each).clusters.length, 2);
  });
});

describe('assay drain', () => {
  it('marks a node, by its id or the name that it was started with, and takes the mark back', async () => {
    await using api = await startApi();
    const { session } = await smallCluster(api.sessions.quality);
    const drained = await runCommand(['drain', 'node-far'], { url: api.url });
    assert.equal(drained.exitCode, 0);
    assert.equal(drained.text, 'node-far-77: gets no new task, 2 tasks are still there\n');
    assert.deepEqual([...(await session.view()).draining], ['node-far-77']);
    const undone = await runCommand(['drain', 'node-far-77', '--undo', '--json'], { url: api.url });
    assert.equal(undone.json.state, 'open');
    assert.deepEqual([...(await session.view()).draining], []);
  });

  it('waits until the node is empty', async () => {
    await using api = await startApi();
    const { session, finish } = await smallCluster(api.sessions.quality);
    const waiting = runCommand(['drain', 'node-far', '--wait'], { url: api.url });
    await eventually('it is marked', async () => (await session.view()).draining.has(nodeId('node-far-77')));
    await finish();
    const { exitCode, text } = await waiting;
    assert.deepEqual([exitCode, text], [0, 'node-far-77: has nothing to do any more\n']);
  });

  it('is content when the node it waits for leaves', async () => {
    await using api = await startApi();
    const { session, far } = await smallCluster(api.sessions.quality);
    const waiting = runCommand(['drain', 'node-far', '--wait'], { url: api.url });
    await eventually('it is marked', async () => (await session.view()).draining.has(nodeId('node-far-77')));
    await far.leave();
    const { exitCode, text } = await waiting;
    assert.deepEqual([exitCode, text], [0, 'node-far-77: has left the cluster\n']);
  });

  it('leaves the mark when Ctrl-C ends the waiting, and says so', async () => {
    await using api = await startApi();
    const { session } = await smallCluster(api.sessions.quality);
    let interrupt: (() => void) | undefined;
    const onInterrupt = (listener: () => void) => {
      interrupt = listener;
      return () => {};
    };
    const waiting = runCommand(['drain', 'node-far', '--wait'], { url: api.url, onInterrupt });
    await eventually('it is marked', async () => (await session.view()).draining.has(nodeId('node-far-77')));
    // The mark stands before the command knows: it waits once it listens for Ctrl-C.
    await eventually('it waits', () => interrupt !== undefined);
    interrupt?.();
    const { exitCode, errors } = await waiting;
    assert.equal(exitCode, 130);
    assert.match(errors, /node-far-77 stays drained; `assay drain node-far-77 --undo`/);
  });

  it('refuses names that nobody or several have', async () => {
    await using api = await startApi();
    await smallCluster(api.sessions.quality);
    const nobody = await runCommand(['drain', 'nobody'], { url: api.url });
    assert.equal(nobody.exitCode, 3);
    assert.match(nobody.errors, /NODE_NOT_FOUND: there is no node nobody/);
    const several = await runCommand(['drain', 'node'], { url: api.url });
    assert.equal(several.exitCode, 3);
    assert.match(several.errors, /2 nodes are called node/);
  });
});

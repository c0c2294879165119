import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../../support/eventually.ts';
import { type Ensemble, startEnsemble } from '../../../support/zookeeper/ensemble.ts';
import { HolderProcess } from '../../../support/zookeeper/holder-process.ts';
import { TestSessions } from '../../../support/zookeeper/sessions.ts';

/** Long, so that what vanishes early vanishes by the watch alone. */
const sessionTimeoutMs = 4_000;

describe('a death watch', () => {
  let ensemble: Ensemble;
  before(async () => {
    ensemble = await startEnsemble({ servers: 3 });
  });
  after(async () => {
    await ensemble[Symbol.asyncDispose]();
  });

  /** A process with a session of its own, and a session that looks on. */
  async function setUp(watched: boolean) {
    const sessions = new TestSessions(ensemble);
    const onlooker = await sessions.session('quality');
    const holder = new HolderProcess(ensemble, {
      script: 'coordination-holder.ts',
      chroot: sessions.chroot,
      sessionTimeoutMs,
      id: 'n1',
      args: watched ? ['watched'] : [],
    });
    await holder.said('joined');
    const members = async () => (await onlooker.view()).nodes.length;
    await eventually('it is a member', async () => (await members()) === 1);
    return {
      holder,
      members,
      onlooker,
      [Symbol.asyncDispose]: async () => {
        await holder.kill();
        await sessions.close();
      },
    };
  }

  it('makes the membership and leadership of a killed process vanish long before its session expires', async () => {
    await using parts = await setUp(true);
    const { holder, members, onlooker } = parts;
    await eventually('its watcher has its last will', () => watchersOf(holder.pid).length === 1);
    const killedAtMs = performance.now();
    await holder.kill();
    await eventually('it is no member', async () => (await members()) === 0);
    const goneMs = performance.now() - killedAtMs;
    assert.equal(await onlooker.leader(), undefined);
    assert.ok(goneMs < sessionTimeoutMs / 2, `gone after ${goneMs} ms`);
  });

  it('does nothing while its parent stands still, and ends with it when it leaves in good order', async () => {
    await using parts = await setUp(true);
    const { holder, members } = parts;
    const [watcher] = watchersOf(holder.pid);
    assert.ok(watcher !== undefined);
    holder.freeze();
    await pause(sessionTimeoutMs / 2);
    assert.equal(await members(), 1);
    holder.thaw();
    await pause(100);
    assert.equal(await members(), 1);
    holder.signal('SIGTERM');
    await eventually('it is no member', async () => (await members()) === 0);
    await eventually('its watcher is gone', () => !existsProcess(watcher));
  });

  it('outlives signals to the whole group, and keeps the key of the session out of sight', async () => {
    await using parts = await setUp(true);
    const { holder, members } = parts;
    const [watcher] = watchersOf(holder.pid);
    assert.ok(watcher !== undefined);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(watcher, signal);
    assert.equal(readFileSync(`/proc/${watcher}/environ`, 'utf8'), '');
    assert.doesNotMatch(readFileSync(`/proc/${watcher}/cmdline`, 'utf8'), /127\.0\.0\.1/);
    await pause(200);
    assert.ok(existsProcess(watcher));
    assert.equal(await members(), 1);
    await holder.kill();
    await eventually('it is no member', async () => (await members()) === 0, sessionTimeoutMs / 2);
  });

  it('is only a gain: a process whose watcher was killed goes on, and its session ends by its time-out', async () => {
    await using parts = await setUp(true);
    const { holder, members } = parts;
    for (const watcher of watchersOf(holder.pid)) process.kill(watcher, 'SIGKILL');
    await pause(100);
    assert.equal(await members(), 1);
    const killedAtMs = performance.now();
    await holder.kill();
    await eventually('it is no member', async () => (await members()) === 0, 3 * sessionTimeoutMs);
    assert.ok(performance.now() - killedAtMs > sessionTimeoutMs / 2);
  });
});

/** The children of a process. */
function watchersOf(pid: number | undefined): readonly number[] {
  if (pid === undefined) return [];
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return [];
  }
}

function existsProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

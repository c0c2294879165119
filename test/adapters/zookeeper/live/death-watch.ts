import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { eventually } from '../../../support/eventually.ts';
import type { TestClients } from '../../../support/zookeeper/clients.ts';
import type { Ensemble } from '../../../support/zookeeper/ensemble.ts';
import { HolderProcess } from '../../../support/zookeeper/holder-process.ts';
import { TestSessions } from '../../../support/zookeeper/sessions.ts';

/** Long, so that what vanishes early vanishes by the watch alone. */
const sessionTimeoutMs = 3_000;

export function deathWatch(
  parts: () => { readonly ensemble: Ensemble; readonly clients: TestClients },
): void {
  describe('a death watch', () => {
    /** A process with a session of its own and a watcher, and a session that looks on. */
    async function setUp() {
      const { ensemble, clients } = parts();
      const sessions = new TestSessions(clients);
      const onlooker = await sessions.session();
      const holder = new HolderProcess(ensemble, {
        script: 'coordination-holder.ts',
        chroot: sessions.chroot,
        sessionTimeoutMs,
        id: 'n1',
        args: ['watched'],
      });
      await holder.said('joined');
      const isMember = async () => (await onlooker.view()).nodes.length > 0;
      await eventually('it is a member', isMember);
      const watcher = await eventually('its watcher is up', () => watcherOf(holder.pid));
      return {
        holder,
        onlooker,
        watcher,
        /** Milliseconds until it is no member. */
        vanishes: async (): Promise<number> => {
          const beganMs = performance.now();
          await eventually('it is no member', async () => !(await isMember()), 10 * sessionTimeoutMs);
          return performance.now() - beganMs;
        },
        [Symbol.asyncDispose]: async () => {
          holder.thaw();
          await holder.kill();
          await sessions.close();
        },
      };
    }

    it('makes the membership and leadership of a killed process vanish long before its session expires', async () => {
      await using run = await setUp();
      await run.holder.kill();
      const goneMs = await run.vanishes();
      assert.equal(await run.onlooker.leader(), undefined);
      assert.ok(goneMs < sessionTimeoutMs / 2, `gone after ${goneMs} ms`);
    });

    it('does nothing while its parent stands still: the session ends by its time-out alone', async () => {
      await using run = await setUp();
      run.holder.freeze();
      const goneMs = await run.vanishes();
      assert.ok(goneMs > sessionTimeoutMs / 2, `gone after ${goneMs} ms`);
      assert.ok(isUp(run.watcher));
    });

    it('ends with a parent that leaves in good order', async () => {
      await using run = await setUp();
      run.holder.signal('SIGTERM');
      await run.vanishes();
      await eventually('its watcher has ended', () => !isUp(run.watcher));
    });

    it('outlives signals to the whole group, and keeps the key of the session out of sight', async () => {
      await using run = await setUp();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(run.watcher, signal);
      assert.equal(readFileSync(`/proc/${run.watcher}/environ`, 'utf8'), '');
      assert.doesNotMatch(readFileSync(`/proc/${run.watcher}/cmdline`, 'utf8'), /127\.0\.0\.1/);
      await run.holder.kill();
      const goneMs = await run.vanishes();
      assert.ok(goneMs < sessionTimeoutMs / 2, `gone after ${goneMs} ms`);
    });

    it('is only a gain: without its watcher a session goes on, and ends by its time-out', async () => {
      await using run = await setUp();
      process.kill(run.watcher, 'SIGKILL');
      await eventually('the watcher is gone', () => !isUp(run.watcher));
      await run.holder.kill();
      const goneMs = await run.vanishes();
      assert.ok(goneMs > sessionTimeoutMs / 2, `gone after ${goneMs} ms`);
    });
  });
}

/** The last signal that a watcher decides about, as a bit of what a process catches. */
const sighup = 1n;

/** The only child of a process, once it has decided what to do with signals. */
function watcherOf(parent: number | undefined): number | undefined {
  const child = Number(execFileSync('pgrep', ['-P', String(parent)], { encoding: 'utf8' }).trim());
  const caught = /^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1];
  return (BigInt(`0x${caught}`) & sighup) === 0n ? undefined : child;
}

/** Whether a process is there, and not only waits to be taken note of. */
function isUp(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

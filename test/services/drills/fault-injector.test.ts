import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PlannedFault } from '../../../src/core/drills/fault-plan.ts';
import { jobsAhead } from '../../../src/services/drills/disturbance.ts';
import { FaultInjector } from '../../../src/services/drills/fault-injector.ts';
import { RollingUpgrade } from '../../../src/services/drills/rolling-upgrade.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { FakeLocalCluster, processNamed } from '../../support/fake-local-cluster.ts';

const names = ['zookeeper-1', 'zookeeper-2', 'zookeeper-3', 'postgres', 'node-quality-a1', 'node-quality-b1'];
const leaders = ['manager-quality-1', 'manager-quality-2'];

function fault(number: number, parts: Partial<PlannedFault>): PlannedFault {
  const scope = { kind: 'node', cluster: 'quality' } as const;
  return { number, moment: 0, kind: 'kill', scope, choice: 0, lastsMs: 500, ...parts };
}

/** Work of 100 jobs whose progress the test decides. */
function world(plan: readonly PlannedFault[]) {
  const clock = createFakeClock();
  const cluster = new FakeLocalCluster([...names, ...leaders].map((name) => processNamed(name)));
  let leader = 'manager-quality-2';
  const read = async (url: string) => {
    const leads = url.startsWith(`http://${leader}`) ? 1 : 0;
    return `assay_manager_leader{cluster="quality"} ${leads}\n`;
  };
  const injector = new FaultInjector(clock, { cluster, plan, read });
  const allowed: number[] = [];
  const waits: { readonly ended: number; readonly go: () => void }[] = [];
  let ended = 0;
  const stop = new AbortController();
  const work = {
    jobs: 100,
    allow: (jobs: number) => void allowed.push(jobs),
    reaches: (asked: number, signal: AbortSignal) =>
      asked <= ended
        ? Promise.resolve()
        : new Promise<void>((resolve, reject) => {
            waits.push({ ended: asked, go: resolve });
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
  };
  const run = injector.run(work, stop.signal);
  run.catch(() => undefined);
  return {
    clock,
    cluster,
    injector,
    allowed,
    run,
    stop,
    lead: (name: string) => {
      leader = name;
    },
    end: async (jobs: number) => {
      ended = jobs;
      for (const wait of waits.splice(0)) {
        if (wait.ended <= ended) wait.go();
        else waits.push(wait);
      }
      await clock.advance(1);
    },
  };
}

describe('the injector of faults', () => {
  it('strikes when the share of the jobs has ended, and not before', async () => {
    const { clock, cluster, end } = world([fault(1, { moment: 0.5 })]);
    await clock.advance(10_000);
    await end(49);
    assert.deepEqual(cluster.signals, []);
    await end(50);
    assert.deepEqual(cluster.signals, [{ name: 'node-quality-a1', signal: 'SIGKILL', restartAfterMs: 500 }]);
  });

  it('sees a killed process well again only as a new one', async () => {
    const { clock, cluster, injector, run } = world([fault(1, {})]);
    await clock.advance(600);
    const [before] = injector.faults;
    cluster.change('node-quality-a1', { state: 'ready' });
    await clock.advance(1_000);
    assert.equal(injector.faults[0]?.healedAt, undefined, 'its death was not told yet');
    cluster.change('node-quality-a1', { state: 'ready', pid: 99 });
    await clock.advance(100);
    await run;
    assert.ok((injector.faults[0]?.healedAt ?? 0) - (before?.at ?? 0) >= 1_600);
  });

  it('freezes and thaws', async () => {
    const { clock, cluster, injector, run } = world([fault(1, { kind: 'pause', lastsMs: 2_000 })]);
    await clock.advance(1_999);
    assert.deepEqual(cluster.signals, [{ name: 'node-quality-a1', signal: 'SIGSTOP' }]);
    await clock.advance(100);
    await run;
    assert.deepEqual(cluster.signals[1], { name: 'node-quality-a1', signal: 'SIGCONT' });
    assert.notEqual(injector.faults[0]?.healedAt, undefined);
  });

  it('hits who leads at that moment', async () => {
    const scope = { kind: 'leader', cluster: 'quality' } as const;
    const { cluster, lead, end } = world([fault(1, { scope, moment: 0.1 })]);
    lead('manager-quality-1');
    await end(10);
    assert.deepEqual(
      cluster.signals.map(({ name }) => name),
      ['manager-quality-1'],
    );
  });

  it('waits with a second ZooKeeper server until the first is well', async () => {
    const scope = { kind: 'zookeeper' } as const;
    const { clock, cluster } = world([fault(1, { scope }), fault(2, { scope, choice: 0.9 })]);
    await clock.advance(5_000);
    assert.equal(cluster.signals.length, 1);
    cluster.change('zookeeper-1', { state: 'ready', pid: 99 });
    await clock.advance(500);
    assert.deepEqual(
      cluster.signals.map(({ name }) => name),
      ['zookeeper-1', 'zookeeper-3'],
    );
  });

  it('thaws what it froze when it is interrupted, and lets all work go', async () => {
    const { clock, cluster, allowed, run, stop } = world([
      fault(1, { kind: 'pause', lastsMs: 60_000 }),
      fault(2, { moment: 0.9 }),
    ]);
    await clock.advance(10);
    stop.abort(new Error('enough'));
    await clock.advance(100);
    await assert.rejects(run, /enough/);
    assert.equal(cluster.signals.at(-1)?.signal, 'SIGCONT');
    assert.equal(allowed.at(-1), 100);
  });

  it('lets work begin for the next fault and for some time after it', async () => {
    const { allowed, end } = world([fault(1, { moment: 0.2 }), fault(2, { moment: 0.6 })]);
    await end(0);
    assert.deepEqual(allowed, [60 + 15]);
    await end(20);
    assert.deepEqual(allowed, [60 + 15, 100 + 15]);
  });

  it('has work ahead in every drill, and of a short one never all of it', () => {
    assert.deepEqual([1, 30, 100, 200, 1_000].map(jobsAhead), [1, 5, 15, 24, 40]);
  });
});

describe('a rolling upgrade', () => {
  const upgraded = (version: (name: string) => string) => {
    const clock = createFakeClock();
    const order = ['api-1', 'manager-quality-1', 'node-quality-a1', 'postgres', 'scheduler-1', 'zookeeper-1'];
    const cluster = new FakeLocalCluster(
      order.map((name) =>
        processNamed(
          name,
          name.startsWith('zoo') || name === 'postgres' ? ({ url: undefined } as never) : {},
        ),
      ),
    );
    const read = async (url: string) => `{"version":"${version(url.slice(7).split('/')[0] ?? '')}"}`;
    const upgrade = new RollingUpgrade(clock, { cluster, build: 'after', read });
    const work = { jobs: 100, reaches: async () => undefined, allow: () => undefined };
    return { cluster, upgrade, run: upgrade.run(work, new AbortController().signal) };
  };

  it('replaces every process but PostgreSQL: servers, nodes, managers, scheduler, API', async () => {
    const { cluster, upgrade, run } = upgraded(() => '0.1.0+after');
    await run;
    assert.deepEqual(cluster.replaced, [
      'zookeeper-1',
      'node-quality-a1',
      'manager-quality-1',
      'scheduler-1',
      'api-1',
    ]);
    assert.equal(upgrade.planned, 5);
    assert.ok(upgrade.faults.every(({ kind, healedAt }) => kind === 'replace' && healedAt !== undefined));
  });

  it('ends with the first process that does not say that it is the new build', async () => {
    const { cluster, run } = upgraded((name) =>
      name.startsWith('manager') ? '0.1.0+before' : '0.1.0+after',
    );
    await assert.rejects(run, /manager-quality-1 says that it is 0\.1\.0\+before/);
    assert.equal(cluster.replaced.at(-1), 'manager-quality-1');
  });
});

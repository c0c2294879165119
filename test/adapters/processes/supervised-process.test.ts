import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { LogFile } from '../../../src/adapters/processes/log-file.ts';
import type { ProcessPlan } from '../../../src/adapters/processes/process-plan.ts';
import { pauseMs, SupervisedProcess } from '../../../src/adapters/processes/supervised-process.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { limits } from '../../../src/base/limits.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { LocalProcess } from '../../../src/ports/local-cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createRecordingLog } from '../../support/kit.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-supervised-'));
after(() => rmSync(directory, { recursive: true }));
let processes = 0;

/** A process that runs a script of the shell, in which `ready` says that it is ready. */
function supervised(script: string, clock: Clock = systemClock) {
  processes += 1;
  const changes: LocalProcess[] = [];
  const plan: ProcessPlan = {
    name: `process-${processes}`,
    role: 'node',
    zone: 'a',
    log: new LogFile(join(directory, `${processes}.log`)),
    command: (build) => ({
      program: 'sh',
      args: ['-c', script],
      directory,
      environment: { PATH: process.env['PATH'], BUILD: build },
    }),
    readiness: (said) => (/^ready$/m.test(said) ? {} : undefined),
    stopSignal: 'SIGTERM',
    portIsTaken: /^taken$/m,
    isTooEarly: /^early$/m,
  };
  const kit = { clock, random: createRandom(), log: createRecordingLog() };
  const it = new SupervisedProcess(kit, plan, { build: 'one', onChange: (change) => changes.push(change) });
  return {
    it,
    log: plan.log,
    changes,
    states: () => changes.map(({ state }) => state),
    [Symbol.asyncDispose]: () => it.close(),
  };
}

/** Lets time pass until something has come about. */
async function whileTimePasses<T>(clock: FakeClock, awaited: Promise<T>): Promise<T> {
  let isOver = false;
  void awaited.finally(() => {
    isOver = true;
  });
  await eventually('it comes about', async () => {
    await clock.advance(1);
    return isOver;
  });
  return awaited;
}

/** As `/proc` tells it: `S` sleeps, `T` is stopped. */
function stateInKernel(pid: number): string | undefined {
  return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

const serves = 'echo ready; exec sleep 1000';

describe('a supervised process', () => {
  it('comes up, is started again with another pid when it dies, and ends for good when it is closed', async () => {
    await using one = supervised(serves);
    assert.deepEqual(await one.it.start(), { ok: true, value: undefined });
    const first = one.it.now;
    assert.equal(first.state, 'ready');
    process.kill(first.pid, 'SIGKILL');
    await eventually('it is ready again', () => one.it.now.pid !== first.pid && one.it.now.state === 'ready');
    assert.deepEqual(one.states(), ['starting', 'ready', 'down', 'starting', 'ready']);
    await one.it.close();
    assert.equal(one.it.now.state, 'down');
    const again = await one.it.start();
    assert.equal(!again.ok && again.error.code, 'NOT_READY');
  });

  it('says how it died and its last lines when it does not come up', async () => {
    await using one = supervised('echo "the disk is full" >&2; exit 7');
    const started = await one.it.start();
    assert.ok(!started.ok);
    assert.equal(started.error.code, 'PROCESS_FAILED');
    assert.equal(
      started.error.message,
      `${one.it.plan.name} died before it was ready: it ended with exit code 7`,
    );
    assert.match(started.error.hint ?? '', /\.log; it ends with:\nthe disk is full$/);
  });

  it('says so when the program does not exist', async () => {
    await using one = supervised('exec /no/such/program');
    const started = await one.it.start();
    assert.ok(!started.ok);
    assert.match(started.error.hint ?? '', /no.such.program.*not found/);
  });

  it('is given up at once where its port is taken, though it lives on', async () => {
    await using one = supervised('echo taken; exec sleep 1000');
    const started = await one.it.start();
    assert.equal(!started.ok && started.error.code, 'ADDRESS_UNAVAILABLE');
    assert.equal(one.it.now.state, 'down');
  });

  it('is started again at once where it was too early', async () => {
    const mark = join(directory, 'early');
    await using one = supervised(`[ -e ${mark} ] || { : > ${mark}; echo early; exit 1; }; ${serves}`);
    assert.deepEqual(await one.it.start(), { ok: true, value: undefined });
  });

  it('stays down after a signal that says so, until it is started', async () => {
    await using one = supervised(serves);
    await one.it.start();
    one.it.signal('SIGKILL', 'never');
    await eventually('it is down', () => one.it.now.state === 'down');
    assert.equal((await one.it.start('two')).ok, true);
    assert.deepEqual(one.states(), ['starting', 'ready', 'down', 'starting', 'ready']);
    assert.equal(one.it.now.build, 'two');
    const twice = await one.it.start();
    assert.equal(!twice.ok && twice.error.code, 'ACTION_NOT_ALLOWED');
  });

  it('is started again after the pause that a signal gives, also when it had died before', async () => {
    const clock = createFakeClock();
    await using one = supervised(serves, clock);
    await whileTimePasses(clock, one.it.start());
    one.it.signal('SIGKILL', 60_000);
    await eventually('it is down', () => one.it.now.state === 'down');
    await clock.advance(59_999);
    assert.equal(one.it.now.state, 'down');
    one.it.signal('SIGKILL', 90_000);
    await clock.advance(89_999);
    assert.equal(one.it.now.state, 'down');
    await clock.advance(1);
    assert.notEqual(one.it.now.state, 'down');
  });

  it('is frozen and thawed, and can be killed and stopped while it is frozen', async () => {
    await using one = supervised(serves);
    await one.it.start();
    const { pid } = one.it.now;
    one.it.signal('SIGSTOP', 'by itself');
    assert.equal(one.it.now.state, 'frozen');
    await eventually('it is stopped', () => stateInKernel(pid) === 'T');
    one.it.signal('SIGCONT', 'by itself');
    assert.equal(one.it.now.state, 'ready');
    await eventually('it goes on', () => stateInKernel(pid) === 'S');
    one.it.signal('SIGSTOP', 'by itself');
    one.it.signal('SIGKILL', 0);
    await eventually('a new one is ready', () => one.it.now.pid !== pid && one.it.now.state === 'ready');
    one.it.signal('SIGSTOP', 'by itself');
    await one.it.stop();
    assert.equal(one.it.now.state, 'down');
  });

  it('is killed when it does not stop by the deadline', async () => {
    const clock = createFakeClock();
    await using one = supervised('trap "" TERM; echo ready; while :; do sleep 1000; done', clock);
    await whileTimePasses(clock, one.it.start());
    const stopped = one.it.stop();
    await clock.advance(limits.processStopMs - 1);
    assert.equal(one.it.now.state, 'ready');
    await clock.advance(1);
    await stopped;
    assert.equal(one.it.now.state, 'down');
  });

  it('waits longer from death to death, and begins anew once it was ready for a while', async () => {
    const clock = createFakeClock();
    await using one = supervised(serves, clock);
    await whileTimePasses(clock, one.it.start());
    const pauses: number[] = [];
    for (let death = 1; death <= 9; death += 1) {
      if (death === 8) await clock.advance(limits.processSteadyMs);
      const { pid } = one.it.now;
      process.kill(pid, 'SIGKILL');
      await eventually('it is down', () => one.it.now.state === 'down');
      const downMs = clock.monotonicMs();
      await eventually('it is started', async () => {
        await clock.advance(20);
        return one.it.now.pid !== pid;
      });
      pauses.push(clock.monotonicMs() - downMs);
      await eventually('it is ready', async () => {
        await clock.advance(1);
        return one.it.now.state === 'ready';
      });
    }
    const expected = [200, 400, 800, 1_600, 3_200, 5_000, 5_000, 200, 400];
    for (const [nth, pause] of pauses.entries()) {
      const least = expected[nth] ?? 0;
      assert.ok(pause >= least && pause <= Math.min(least * 1.5, 5_000) + 20, `${pauses.join(' ')}`);
    }
  });

  it('pauses between its base and one and a half of it, and never above the cap', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (deaths, chance) => {
        const pause = pauseMs(deaths, chance);
        const base = Math.min(limits.processPauseMsMax, limits.processPauseMs * 2 ** deaths);
        assert.ok(pause >= base && pause <= Math.min(limits.processPauseMsMax, base * 1.5));
      }),
    );
  });
});

describe('a log file', () => {
  it('is cut when it has become long, while the process writes on at its new end', () => {
    const log = new LogFile(join(directory, 'long.log'));
    const writer = log.open();
    writeSync(writer, 'x'.repeat(limits.processLogBytesMax + 1));
    const offset = log.length;
    log.keepSmall();
    writeSync(writer, 'the end\n');
    assert.equal(log.since(offset), 'the end\n');
    assert.equal(readFileSync(`${log.path}.old`).length, limits.processLogBytesMax + 1);
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { type DatasetName } from '../../../src/base/ids.ts';
import { limits } from '../../../src/base/limits.ts';
import { instant } from '../../../src/base/units.ts';
import { type EvaluationInput, evaluate } from '../../../src/core/checks/evaluate.ts';
import type { DatasetDefinition } from '../../../src/core/datasets/definition.ts';
import type { EngineOptions } from '../../../src/ports/engine.ts';
import { scanOf } from '../../support/sample-files.ts';
import { type EngineKit, engineKit, generously } from './engine-kit.ts';

const kits: EngineKit[] = [];
const shared = kitOf();
const large = shared.folder.write(
  'large.csv',
  `id,name,value\n${Array.from({ length: 1_500_000 }, (_, n) => `${n},name of number ${(n * 7919) % 100_003},${n / 7}\n`).join('')}`,
);
after(async () => {
  for (const kit of kits) await kit[Symbol.asyncDispose]();
});

const definition: DatasetDefinition = {
  dataset: 'trips' as DatasetName,
  owner: 'ops@example.org',
  followers: [],
  provider: { type: 'files', path: '/data/trips.csv' },
  partition: { kind: 'none' },
  publish: { type: 'static' },
  policy: { alertsPerMonth: 1 },
  missingValues: [],
  checks: [],
  columns: [],
  segments: [],
  notify: [],
  limits: { rejectedPercentMax: 5 },
};

function kitOf(workersMax = 1): EngineKit {
  const kit = engineKit(workersMax);
  kits.push(kit);
  return kit;
}

function ingestLarge(kit: EngineKit, options: Partial<EngineOptions> = {}) {
  return kit.engine.ingest(
    {
      scan: scanOf('csv', [large]),
      directory: mkdtempSync(join(kit.folder.path, 'large-')),
      rowsPerBatch: limits.rowsPerBatch,
      rejectedPercentMax: 0,
    },
    generously(options),
  );
}

/** Process ids of the workers that a process has started. */
function workersOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return (
          Number(ppid) === parent &&
          state !== 'Z' &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker-main')
        );
      } catch {
        return false; // It ended meanwhile.
      }
    });
}

function isRunning(pid: number): boolean {
  try {
    return !/^\S+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until `found` gives something, with a deadline. */
async function eventually<T>(what: string, found: () => T | undefined | false): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + 15_000;
  for (;;) {
    const value = found();
    if (value !== undefined && value !== false) return value;
    if (systemClock.monotonicMs() > deadlineMs) assert.fail(`in vain: ${what}`);
    await systemClock.sleep(5);
  }
}

async function codeOf(outcome: Promise<{ ok: boolean; error?: { code: string } }>): Promise<string> {
  const ended = await outcome;
  return ended.ok ? 'ok' : (ended.error?.code ?? '');
}

describe('worker processes', () => {
  it('are started at the first request, used again, and ended with the engine', async () => {
    const kit = kitOf();
    const before = workersOf(process.pid);
    const scan = kit.folder.scan('csv', { 'a.csv': 'a\n1\n' });
    await kit.ingest(scan);
    const started = workersOf(process.pid).filter((pid) => !before.includes(pid));
    assert.equal(started.length, 1);
    await kit.ingest(scan);
    assert.deepEqual(
      workersOf(process.pid).filter((pid) => !before.includes(pid)),
      started,
    );
    await kit.engine.close();
    assert.ok(started.every((pid) => !isRunning(pid)));
    assert.deepEqual(readdirSync(join(kit.folder.path, 'scratch')), []);
  });

  it('end with the engine while they are busy: what waits or runs is cancelled, as is everything after', async () => {
    const kit = kitOf();
    const before = workersOf(process.pid);
    const running = ingestLarge(kit);
    const waiting = ingestLarge(kit);
    await eventually('a worker', () => workersOf(process.pid).length > before.length);
    await kit.engine.close();
    const later = ingestLarge(kit);
    assert.deepEqual(await Promise.all([running, waiting, later].map(codeOf)), [
      'TASK_CANCELLED',
      'TASK_CANCELLED',
      'TASK_CANCELLED',
    ]);
  });

  it('do as many requests at once as there may be workers, and the others in their order', async () => {
    const kit = kitOf(2);
    const scan = kit.folder.scan('csv', { 'a.csv': 'a\n1\n' });
    const all = await Promise.all(Array.from({ length: 8 }, () => kit.engine.describe(scan, generously())));
    assert.ok(all.every((outcome) => outcome.ok));
    assert.ok(workersOf(process.pid).length <= 2 + kits.length);
  });

  it('inherit no secrets from the environment', async () => {
    process.env['ASSAY_TEST_SECRET'] = 'hidden';
    const kit = kitOf();
    const before = workersOf(process.pid);
    await kit.ingest(kit.folder.scan('csv', { 'a.csv': 'a\n1\n' }));
    const [pid] = workersOf(process.pid).filter((each) => !before.includes(each));
    delete process.env['ASSAY_TEST_SECRET'];
    assert.ok(!readFileSync(`/proc/${pid}/environ`, 'latin1').includes('hidden'));
  });

  it('tell how far they are', async () => {
    const kit = kitOf();
    const seen: number[] = [];
    const outcome = await ingestLarge(kit, { onProgress: (fraction) => seen.push(fraction) });
    assert.ok(outcome.ok);
    assert.ok(seen.length > 0);
    assert.ok(seen.every((fraction) => fraction >= 0 && fraction <= 1));
  });
});

describe('a request', () => {
  it('ends at its time-out, and its worker stops', async () => {
    const kit = kitOf();
    await kit.ingest(kit.folder.scan('csv', { 'a.csv': 'a\n1\n' }));
    const outcome = await ingestLarge(kit, { timeoutMs: 150 });
    assert.deepEqual(outcome, {
      ok: false,
      error: { code: 'TASK_TIMEOUT', message: 'the ingest did not end within 150 ms' },
    });
    assert.equal(await codeOf(ingestLarge(kit)), 'ok');
  });

  it('ends when it is aborted, before or in the middle', async () => {
    const kit = kitOf();
    assert.equal(await codeOf(ingestLarge(kit, { signal: AbortSignal.abort() })), 'TASK_CANCELLED');
    const controller = new AbortController();
    const running = ingestLarge(kit, { signal: controller.signal, onProgress: () => controller.abort() });
    assert.deepEqual(await running, {
      ok: false,
      error: { code: 'TASK_CANCELLED', message: 'the ingest was cancelled' },
    });
  });

  it('waits for a worker no longer than its time-out', async () => {
    const kit = kitOf();
    const long = ingestLarge(kit);
    assert.equal(await codeOf(ingestLarge(kit, { timeoutMs: 20 })), 'TASK_TIMEOUT');
    assert.equal(await codeOf(long), 'ok');
  });

  it('whose worker does not answer an interrupt gets it killed', async () => {
    const kit = kitOf();
    const before = workersOf(process.pid);
    const controller = new AbortController();
    const running = ingestLarge(kit, { signal: controller.signal });
    const pid = await eventually('a worker', () =>
      workersOf(process.pid).find((each) => !before.includes(each)),
    );
    process.kill(pid, 'SIGSTOP');
    controller.abort();
    assert.equal(await codeOf(running), 'TASK_CANCELLED');
    assert.ok(!isRunning(pid));
    assert.equal(kit.kit.telemetry.total('assay_workers_died_total', { reason: 'killed' }), 1);
    assert.equal(await codeOf(ingestLarge(kit)), 'ok');
  });

  it('whose worker dies says so, and the next one gets another worker', async () => {
    const kit = kitOf();
    const before = workersOf(process.pid);
    const running = ingestLarge(kit);
    const pid = await eventually('a worker', () =>
      workersOf(process.pid).find((each) => !before.includes(each)),
    );
    process.kill(pid, 'SIGKILL');
    assert.deepEqual(await running, {
      ok: false,
      error: {
        code: 'WORKER_DIED',
        message: 'the worker process died while it did the ingest',
        causes: ['it was ended by SIGKILL'],
      },
    });
    assert.equal(await codeOf(ingestLarge(kit)), 'ok');
    assert.ok(!existsSync(join(kit.folder.path, 'scratch', `worker-${process.pid}-1`)));
  });

  it('that takes more memory than it may is stopped', async () => {
    const kit = kitOf();
    const outcome = await ingestLarge(kit, { memoryMb: 128 });
    if (outcome.ok) assert.fail('it was read within 128 MB');
    assert.equal(outcome.error.code, 'MEMORY_LIMIT');
    assert.match(
      outcome.error.message,
      /^the ingest took .* MiB of memory, more than the 128\.0 MiB allowed, and was stopped$/,
    );
    assert.equal(await codeOf(ingestLarge(kit)), 'ok');
  });
});

describe('a source that changes while it is read', () => {
  it('is refused, to be read again', async () => {
    const kit = kitOf();
    const path = kit.folder.write('growing.csv', readFileSync(large));
    let isChanged = false;
    const outcome = await kit.engine.ingest(
      {
        scan: scanOf('csv', [path]),
        directory: kit.folder.directory('growing'),
        rowsPerBatch: limits.rowsPerBatch,
        rejectedPercentMax: 0,
      },
      generously({
        onProgress: () => {
          if (!isChanged) appendFileSync(path, '1,x,1.5\n');
          isChanged = true;
        },
      }),
    );
    assert.ok(isChanged);
    assert.equal(outcome.ok ? 'ok' : outcome.error.code, 'SOURCE_CHANGED');
  });
});

describe('an evaluation', () => {
  it('is done by a worker, with the output of the core', async () => {
    const input: EvaluationInput = {
      definition,
      now: instant(0),
      history: { partitions: [], series: [] },
      targets: [],
    };
    assert.deepEqual(await shared.engine.evaluate(input, generously()), {
      ok: true,
      value: evaluate(input),
    });
  });
});

describe('workers of a process that was killed', () => {
  it('end at once, in the middle of a query', async () => {
    const parent = spawn(
      process.execPath,
      [join(import.meta.dirname, 'engine-parent.ts'), shared.folder.path, large],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(parent.stdout, 'data');
    const { pid = 0 } = parent;
    const workers = await eventually('workers', () => {
      const found = workersOf(pid);
      return found.length > 0 && found;
    });
    parent.kill('SIGKILL');
    await eventually('the end of the workers', () => workers.every((worker) => !isRunning(worker)));
    const left = join(shared.folder.path, 'parent-scratch');
    assert.ok(readdirSync(left).length > 0);
  });

  it('end also when their main thread computes and hears nothing', async () => {
    const watch = join(import.meta.dirname, '../../../src/adapters/duckdb/worker/parent-watch-main.ts');
    const busy = `
      new (require('node:worker_threads').Worker)(${JSON.stringify(watch)}, { workerData: { parent: process.ppid } });
      setImmediate(() => { console.log(process.pid); for (;;); });`;
    const between = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], { stdio: 'inherit' });`;
    const parent = spawn(process.execPath, ['-e', between], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line));
    assert.ok(isRunning(pid));
    parent.kill('SIGKILL');
    await eventually('the end of the busy process', () => !isRunning(pid));
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { createMachineLoad } from '../../../src/adapters/system/machine-load.ts';
import { createProcessTree } from '../../../src/adapters/system/process-tree.ts';
import { MiB } from '../../../src/base/units.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';

it('a busy core shows in the load of the machine and in the process’ own, within their bounds', () => {
  const load = createMachineLoad();
  const end = performance.now() + 300;
  while (performance.now() < end) Math.sqrt(end);
  const { cpu, ownCpu, memoryUsedMb } = load();
  assert.ok(cpu > 0 && cpu <= 1, `cpu ${cpu}`);
  assert.ok(ownCpu > 0 && ownCpu <= 1, `own cpu ${ownCpu}`);
  assert.ok(memoryUsedMb > 0 && memoryUsedMb * MiB <= totalmem(), `memory ${memoryUsedMb}`);
});

it('a blocked event loop shows as its delay, and is forgotten by the next look', async () => {
  const load = createMachineLoad();
  const end = performance.now() + 1_000;
  while (performance.now() < end) Math.sqrt(end);
  assert.ok(load().loopDelayMs > 500, 'seen while it lasts');
  await eventually('it is seen when the loop turns again', () => load().loopDelayMs > 500);
  await eventually('it is forgotten', () => load().loopDelayMs < 500);
});

it('a child’s memory, time and disk are its parent’s, also when it has ended', {
  skip: existsSync('/proc/self/stat') ? false : 'there is no /proc here',
}, async () => {
  await using files = await temporaryFiles();
  const before = createProcessTree()();
  const child = spawn(process.execPath, ['-e', hungryChild, join(files.directory, 'written')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const during = createProcessTree()();
  assert.ok(during.memoryBytes - before.memoryBytes > 100 * MiB, 'memory of the child');
  assert.ok(during.cpuMs - before.cpuMs > 100, `time of the child: ${during.cpuMs - before.cpuMs} ms`);
  assert.ok(during.writtenBytes - before.writtenBytes >= 8 * MiB, 'what the child wrote');
  child.stdin.end();
  await once(child, 'exit');
  const after = createProcessTree()();
  assert.ok(after.memoryBytes < during.memoryBytes, 'its memory is free again');
  assert.ok(after.cpuMs >= during.cpuMs - 10, 'its time stays counted');
  assert.ok(after.writtenBytes >= during.writtenBytes, 'what it wrote stays counted');
});

/** Takes 128 MiB and 0.2 s, writes 8 MiB to the disk, says so, and ends with its standard input. */
const hungryChild = `
  const taken = Buffer.alloc(128 * 1024 * 1024, 1);
  const end = performance.now() + 200;
  while (performance.now() < end) Math.sqrt(end);
  const file = require('node:fs').openSync(process.argv[1], 'w');
  require('node:fs').writeSync(file, taken.subarray(0, 8 * 1024 * 1024));
  require('node:fs').fsyncSync(file);
  process.stdout.write('ready');
  process.stdin.resume().on('end', () => process.exit(taken.length === 0 ? 1 : 0));
`;

it('memory that can not be had back is at least what the kernel says of the whole machine, without its caches', {
  skip: existsSync('/proc/meminfo') ? false : 'there is no /proc here',
}, () => {
  const { machineMemory } = createMachineLoad()();
  const kB = (name: string) => {
    const line = new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(readFileSync('/proc/meminfo', 'latin1'));
    return Number(line?.[1]);
  };
  const machine = 1 - kB('MemAvailable') / kB('MemTotal');
  // Others take and give memory between the two looks.
  assert.ok(machineMemory > machine - 0.1 && machineMemory <= 1, `${machineMemory}, the machine ${machine}`);
});

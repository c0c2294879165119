import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { it } from 'node:test';
import { createMachineLoad } from '../../../src/adapters/system/machine-load.ts';

it('a busy core shows in the load of the machine, within its bounds', () => {
  const load = createMachineLoad();
  const end = performance.now() + 300;
  while (performance.now() < end) Math.sqrt(end);
  const { cpu, memoryUsedMb } = load();
  assert.ok(cpu > 0 && cpu <= 1, `cpu ${cpu}`);
  assert.ok(memoryUsedMb > 0 && memoryUsedMb * 1024 * 1024 <= totalmem(), `memory ${memoryUsedMb}`);
});

import { cpus, freemem, totalmem } from 'node:os';
import { MiB } from '../../base/units.ts';

/** How busy this machine is: all of its cores, 0–1, since the last look, and its used memory. */
export type MachineLoad = { readonly cpu: number; readonly memoryUsedMb: number };

/** Makes a meter of this machine's load. Each call looks at the time since the call before. */
export function createMachineLoad(): () => MachineLoad {
  let before = cpuTimes();
  return () => {
    const now = cpuTimes();
    const total = now.total - before.total;
    const cpu = total <= 0 ? 0 : 1 - (now.idle - before.idle) / total;
    before = now;
    return { cpu: Math.min(1, Math.max(0, cpu)), memoryUsedMb: Math.round((totalmem() - freemem()) / MiB) };
  };
}

function cpuTimes(): { readonly idle: number; readonly total: number } {
  let [idle, total] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}

import { availableParallelism, cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { MiB } from '../../base/units.ts';
import { createLoopDelay } from './loop-delay.ts';
import { memoryInUse } from './memory-in-use.ts';
import { createProcessTree, type ProcessUse } from './process-tree.ts';

/** How busy a node's machine is, and what of it is its own: this process with all that it started. */
export type MachineLoad = {
  /** 0–1 of all cores of the machine; in a container with fewer, of those that it may use. */
  readonly cpu: number;
  /** 0–1 of the same cores, by this process and its children. */
  readonly ownCpu: number;
  /** Of this process and its children. Memory that they share counts once for each. */
  readonly memoryUsedMb: number;
  /** 0–1 of the machine's memory, or of the container's, that can not be had back. */
  readonly machineMemory: number;
  /** From and to disks, since the last look, by this process and its children. */
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** The longest that the event loop was late since the last look. */
  readonly loopDelayMs: number;
};

/** Makes a meter of this machine's load. Each call looks at the time since the call before. */
export function createMachineLoad(): () => MachineLoad {
  const cores = availableParallelism();
  // Other containers' load on shared cores is not this one's affair.
  const isConfined = cores < cpus().length;
  const tree = createProcessTree();
  const loopDelayMs = createLoopDelay();
  let [machine, own, atMs] = [machineTimes(), tree(), performance.now()];
  return () => {
    const before = { machine, own, atMs };
    [machine, own, atMs] = [machineTimes(), tree(), performance.now()];
    const ownCpu = ratio(own.cpuMs - before.own.cpuMs, (atMs - before.atMs) * cores);
    const total = machine.total - before.machine.total;
    const idle = ratio(machine.idle - before.machine.idle, total);
    return {
      cpu: isConfined || total <= 0 ? ownCpu : 1 - idle,
      ownCpu,
      memoryUsedMb: Math.round(own.memoryBytes / MiB),
      machineMemory: memoryInUse(),
      readBytes: grown(before.own, own, 'readBytes'),
      writtenBytes: grown(before.own, own, 'writtenBytes'),
      loopDelayMs: loopDelayMs(),
    };
  };
}

function grown(before: ProcessUse, now: ProcessUse, what: 'readBytes' | 'writtenBytes'): number {
  return Math.max(0, now[what] - before[what]);
}

function ratio(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}

function machineTimes(): { readonly idle: number; readonly total: number } {
  let [idle, total] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}

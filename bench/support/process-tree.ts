import { readFileSync } from 'node:fs';

/** What a process and all its descendants take at a moment. */
export type TreeLook = {
  /** Proportional memory (PSS): shared pages count once. */
  readonly memoryBytes: number;
  /** Processor time until now, of all threads, of each process. */
  readonly processorMs: ReadonlyMap<number, number>;
};

/** Looks at a process tree of Linux; one that has ended takes nothing. */
export function lookAtTree(root: number): TreeLook {
  const pids = treeOf(root);
  return {
    memoryBytes: pids.reduce((sum, pid) => sum + pssBytes(pid), 0),
    processorMs: new Map(pids.map((pid) => [pid, processorMs(pid)])),
  };
}

/** Children are started by the main thread. */
function treeOf(pid: number): number[] {
  const children = textOf(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(treeOf)];
}

/** Memory of one process. */
export function pssBytes(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(textOf(pid, 'smaps_rollup'))?.[1] ?? 0) * 1024;
}

/** Processor time of one process. The kernel counts in hundredths of a second; the name of the program, in brackets, may hold anything. */
export function processorMs(pid: number): number {
  const stat = textOf(pid, 'stat');
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return 10 * (user + system);
}

function textOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It ended between two looks.
  }
}

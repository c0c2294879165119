import { readdirSync, readFileSync } from 'node:fs';

/** All processes that a process has started, and those that they have, and so on. */
export function descendantsOf(pid: number): readonly number[] {
  const parents = new Map(runningProcesses().map(({ pid: child, parent }) => [child, parent]));
  const descends = (child: number): boolean => {
    const parent = parents.get(child);
    return parent !== undefined && (parent === pid || descends(parent));
  };
  return [...parents.keys()].filter(descends);
}

/** Whether a process runs; one that is dead but not yet collected by its parent does not. */
export function isRunning(pid: number): boolean {
  return runningProcesses().some((process) => process.pid === pid);
}

/** The arguments of a process, with a blank between them; empty when it is gone. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function runningProcesses(): readonly { readonly pid: number; readonly parent: number }[] {
  return readdirSync('/proc').flatMap((name) => {
    // The name of the program, in brackets, may hold blanks; its state and its parent follow.
    const [, state, parent] = /\) (\w) (\d+)/.exec(read(`/proc/${name}/stat`)) ?? [];
    const isProcess = /^\d+$/.test(name) && state !== undefined && state !== 'Z';
    return isProcess ? [{ pid: Number(name), parent: Number(parent) }] : [];
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

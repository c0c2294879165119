import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** What this process and all that it started have used so far. */
export type ProcessUse = {
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
};

/** Children come and go seldom, and finding them means to look at every process of the machine. */
const childrenMs = 10_000;

/** Linux counts the time of processes in hundredths of a second, whatever the kernel's own clock, and memory in pages. */
const tickMs = 10;
const pageBytes = 4_096;

/**
 * Makes a meter of this process with its children and theirs. What an ended child had used stays counted, with whoever
 * waited for it. Where there is no `/proc`, it knows this process alone.
 */
export function createProcessTree(): () => ProcessUse {
  let [members, lookedAtMs] = [[] as readonly number[], Number.NEGATIVE_INFINITY];
  return () => {
    const nowMs = performance.now();
    if (nowMs - lookedAtMs >= childrenMs) {
      members = descendants(process.pid);
      lookedAtMs = nowMs;
    }
    const uses = members.map(useOf);
    const { rss } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const children = sum(uses, 'cpuMs') + waitedForMs();
    return {
      cpuMs: (user + system) / 1_000 + children,
      memoryBytes: rss + sum(uses, 'memoryBytes'),
      ...diskUse([process.pid, ...members]),
    };
  };
}

/**
 * The processor time that a process of this machine and its children have used so far, ms; undefined where nobody can
 * tell, or when it has ended.
 */
export function cpuMsOf(pid: number): number | undefined {
  if (fieldsOf(pid) === undefined) return undefined;
  return sum([pid, ...descendants(pid)].map(useOf), 'cpuMs');
}

function sum(uses: readonly ProcessTimes[], what: keyof ProcessTimes): number {
  return uses.reduce((total, use) => total + use[what], 0);
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of processes()) {
    const parent = fieldsOf(pid)?.[parentField];
    if (parent !== undefined) children.set(Number(parent), [...(children.get(Number(parent)) ?? []), pid]);
  }
  const found: number[] = [];
  const next = [...(children.get(root) ?? [])];
  for (let pid = next.pop(); pid !== undefined; pid = next.pop()) {
    found.push(pid);
    next.push(...(children.get(pid) ?? []));
  }
  return found;
}

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

type ProcessTimes = { readonly cpuMs: number; readonly memoryBytes: number };

const [parentField, userField, systemField] = [1, 11, 12];
const [waitedUserField, waitedSystemField, pagesField] = [13, 14, 21];

function useOf(pid: number): ProcessTimes {
  const fields = fieldsOf(pid);
  if (fields === undefined) return { cpuMs: 0, memoryBytes: 0 };
  const at = (field: number) => Number(fields[field] ?? 0);
  const ticks = at(userField) + at(systemField) + at(waitedUserField) + at(waitedSystemField);
  return { cpuMs: ticks * tickMs, memoryBytes: at(pagesField) * pageBytes };
}

function waitedForMs(): number {
  const fields = fieldsOf(process.pid);
  const ticks = Number(fields?.[waitedUserField] ?? 0) + Number(fields?.[waitedSystemField] ?? 0);
  return ticks * tickMs;
}

/** The fields of `/proc/<pid>/stat` behind the program's name, which may hold blanks and brackets itself. */
function fieldsOf(pid: number): string[] | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function diskUse(pids: readonly number[]): Pick<ProcessUse, 'readBytes' | 'writtenBytes'> {
  let [readBytes, writtenBytes] = [0, 0];
  for (const pid of pids) {
    const text = textOf(`/proc/${pid}/io`) ?? '';
    readBytes += Number(/^read_bytes: (\d+)$/m.exec(text)?.[1] ?? 0);
    writtenBytes += Number(/^write_bytes: (\d+)$/m.exec(text)?.[1] ?? 0);
  }
  return { readBytes, writtenBytes };
}

/** Undefined for a process that has ended, or that may not be looked at. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

import { readdirSync, readFileSync } from 'node:fs';

/** The proportional memory (PSS) of a process and all its descendants, in bytes: shared pages count once. */
export function memoryOfTree(root: number): number {
  return [root, ...descendants(root)].reduce((sum, pid) => sum + pssBytes(pid), 0);
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  let layer = [root];
  while (layer.length > 0) {
    layer = layer.flatMap((pid) => children.get(pid) ?? []);
    found.push(...layer);
  }
  return found;
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // It ended between the listing and the look.
  }
}

function pssBytes(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

import { readFileSync } from 'node:fs';

const pageBytes = 4096;

/**
 * The memory that a process has for itself, in bytes: resident pages without those shared with files, such as DuckDB's
 * library. Undefined when it has ended, or on a system without `/proc`.
 */
export function residentBytes(pid: number): number | undefined {
  try {
    const [, resident, shared] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ').map(Number);
    return resident === undefined || shared === undefined ? undefined : (resident - shared) * pageBytes;
  } catch {
    return undefined;
  }
}

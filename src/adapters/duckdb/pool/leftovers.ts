import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Removes the directories of workers whose engine is gone: it was killed, and its workers with it. */
export function removeLeftovers(scratchDirectory: string): void {
  for (const name of existsSync(scratchDirectory) ? readdirSync(scratchDirectory) : []) {
    const [, pid] = /^worker-(\d+)-\d+$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) {
      rmSync(join(scratchDirectory, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // It lives, but belongs to another user.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

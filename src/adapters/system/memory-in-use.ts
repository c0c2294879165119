import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';

/**
 * The part (0–1) of memory that is in use and can not be had back at once: of this machine, or of the container if that
 * has less left. Caches of files are no use of memory: the kernel gives them back.
 */
export function memoryInUse(): number {
  const machine = 1 - freemem() / totalmem();
  return Math.min(1, Math.max(machine, ...groupsOf().map(groupUse)));
}

/** A control group that may limit the memory of this process. */
type MemoryGroup = {
  readonly folder: string;
  readonly limit: string;
  readonly used: string;
  readonly cache: string;
};

/** This process' groups, each with all that it is part of: the tightest limit counts. */
function groupsOf(): readonly MemoryGroup[] {
  // Lines of `/proc/self/cgroup`: `0::/path` of version 2, `4:memory:/path` of version 1.
  return (textOf('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === '') {
      const files = { limit: 'memory.max', used: 'memory.current', cache: 'inactive_file' };
      return foldersOf('/sys/fs/cgroup', path).map((folder) => ({ folder, ...files }));
    }
    if (controllers?.split(',').includes('memory') !== true) return [];
    const files = {
      limit: 'memory.limit_in_bytes',
      used: 'memory.usage_in_bytes',
      cache: 'total_inactive_file',
    };
    return foldersOf('/sys/fs/cgroup/memory', path).map((folder) => ({ folder, ...files }));
  });
}

/** The folder of a group and of all above it; inside a container the path may be that of the host, and lead nowhere. */
function foldersOf(root: string, path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, at) => join(root, ...parts.slice(0, at + 1))).concat(root);
}

function groupUse({ folder, limit, used, cache }: MemoryGroup): number {
  const limitBytes = numberOf(textOf(join(folder, limit)));
  const usedBytes = numberOf(textOf(join(folder, used)));
  // Without a limit the file says `max`, or a number that no machine has.
  if (limitBytes === undefined || usedBytes === undefined || limitBytes >= totalmem()) return 0;
  const statistics = textOf(join(folder, 'memory.stat')) ?? '';
  const line = statistics.split('\n').find((each) => each.startsWith(`${cache} `));
  const cacheBytes = numberOf(line?.slice(cache.length + 1)) ?? 0;
  return limitBytes <= 0 ? 0 : (usedBytes - cacheBytes) / limitBytes;
}

function numberOf(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || !/^\d+$/.test(trimmed) ? undefined : Number(trimmed);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

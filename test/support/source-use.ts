import type { SourceName } from '../../src/base/ids.ts';
import type { SourceUse, SourceUseStore } from '../../src/ports/source-use.ts';

/** Sources that nobody counts. */
export const noSourceUse: SourceUseStore = {
  used: async () => new Map(),
  add: async () => undefined,
  forget: async () => undefined,
};

/** Counts in memory. */
export function memorySourceUse(): SourceUseStore {
  const days = new Map<string, Map<SourceName, SourceUse>>();
  return {
    used: async (day) => days.get(day) ?? new Map(),
    add: async (day, source, use) => {
      const ofDay = days.get(day) ?? new Map<SourceName, SourceUse>();
      days.set(day, ofDay);
      const before = ofDay.get(source) ?? { calls: 0, bytes: 0, busyMs: 0 };
      ofDay.set(source, {
        calls: before.calls + use.calls,
        bytes: before.bytes + use.bytes,
        busyMs: before.busyMs + use.busyMs,
      });
    },
    forget: async (before) => {
      for (const day of days.keys()) if (day < before) days.delete(day);
    },
  };
}

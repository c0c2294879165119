import { createDirectoryBatchStore } from '../adapters/directory/batch-store.ts';
import { createEngine } from '../adapters/duckdb/engine.ts';
import { createFilesProvider } from '../adapters/files/provider.ts';
import { createHolidays } from '../adapters/holidays/date-holidays.ts';
import type { Kit } from '../services/kit.ts';

/** What reads and measures files, for commands that need no service. The caller closes the engine. */
export function createChecking(kit: Kit, options: { workers: number; scratchDirectory: string }) {
  const { workers, scratchDirectory } = options;
  const engine = createEngine(kit, { workersMax: workers, scratchDirectory });
  const store = createDirectoryBatchStore({ root: scratchDirectory, ...kit });
  const provider = createFilesProvider(engine);
  return { engine, provider, holidays: createHolidays(), stage: () => store.stage() };
}

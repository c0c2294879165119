import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../src/adapters/duckdb/engine.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { testKit } from '../../support/kit.ts';
import { scanOf } from '../../support/sample-files.ts';

/** A process with an engine that is to be killed: `engine-parent.ts FOLDER CSV` reads the file over and over. */
const [folder = '', csv = ''] = process.argv.slice(2);
const engine = createEngine(
  { ...testKit(), clock: systemClock },
  { workersMax: 1, scratchDirectory: join(folder, 'parent-scratch') },
);
for (;;) {
  const directory = mkdtempSync(join(folder, 'orphan-'));
  const { signal } = new AbortController();
  const outcome = await engine.ingest(
    { scan: scanOf('csv', [csv]), directory, rowsPerBatch: 1_000_000, rejectedPercentMax: 0 },
    { signal, timeoutMs: 60_000, memoryMb: 1_024, onProgress: () => undefined },
  );
  process.stdout.write(`${outcome.ok}\n`);
}

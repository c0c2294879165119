import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPreviews } from '../../src/compose/previews.ts';
import { SourceGuard } from '../../src/services/ingestion/source-guard.ts';
import { testKit } from './kit.ts';
import { noSourceUse } from './source-use.ts';

/** Of this process; removed with it. */
const scratchDirectory = join(tmpdir(), `assay-test-previews-${process.pid}`);
process.once('exit', () => rmSync(scratchDirectory, { recursive: true, force: true }));

/** Looks at real sources. Whoever lets it look at one closes it: its worker process starts with the first look. */
export function previewsHere(): ReturnType<typeof createPreviews> {
  const kit = testKit();
  return createPreviews(kit, {
    scratchDirectory,
    secretsFile: undefined,
    httpAllow: [],
    guard: new SourceGuard(kit, noSourceUse),
  });
}

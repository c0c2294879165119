import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPreviews } from '../../src/compose/previews.ts';
import { SourceGuard } from '../../src/services/ingestion/source-guard.ts';
import { testKit } from './kit.ts';
import { noSourceUse } from './source-use.ts';

/** Looks at real sources. Whoever lets it look at one closes it: its worker process starts with the first look. */
export function previewsHere(): ReturnType<typeof createPreviews> {
  const kit = testKit();
  return createPreviews(kit, {
    scratchDirectory: join(tmpdir(), `assay-test-previews-${process.pid}`),
    secretsFile: undefined,
    httpAllow: [],
    guard: new SourceGuard(kit, noSourceUse),
  });
}

import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPreviews } from '../../src/compose/previews.ts';
import { testKit } from './kit.ts';

/** Of this process; removed with it. */
const scratchDirectory = join(tmpdir(), `assay-test-previews-${process.pid}`);
process.once('exit', () => rmSync(scratchDirectory, { recursive: true, force: true }));

/** Looks at real sources. Whoever lets it look at one closes it: its worker process starts with the first look. */
export function previewsHere(): ReturnType<typeof createPreviews> {
  return createPreviews(testKit(), { scratchDirectory, secretsFile: undefined });
}

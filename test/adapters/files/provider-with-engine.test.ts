import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import { createEngine } from '../../../src/adapters/duckdb/engine.ts';
import { createFilesProvider } from '../../../src/adapters/files/provider.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { FilesScan } from '../../../src/core/datasets/source.ts';
import type { Engine } from '../../../src/ports/engine.ts';
import { type ProviderRow, providerConformance } from '../../conformance/provider.ts';
import { testKit } from '../../support/kit.ts';
import { defineFiles } from './define-files.ts';

const scratch = await mkdtemp(join(tmpdir(), 'assay-scratch-'));
const engine = createEngine(
  { ...testKit(), clock: systemClock },
  { workersMax: 2, scratchDirectory: scratch },
);
after(async () => {
  await engine.close();
  await rm(scratch, { recursive: true, force: true });
});

providerConformance('files of JSON lines, read by DuckDB', () =>
  createSubject('ndjson', (rows) => rows.map((row) => JSON.stringify(row)).join('\n')),
);
providerConformance('files of CSV, read by DuckDB', () =>
  createSubject('csv', (rows) =>
    [
      'day,country,amount',
      ...rows.map(({ day, country, amount }) => `${day ?? ''},${country ?? ''},${amount}`),
    ].join('\n'),
  ),
);

async function createSubject(extension: string, textOf: (rows: readonly ProviderRow[]) => string) {
  const directory = await mkdtemp(join(tmpdir(), 'assay-files-'));
  const path = (name: string) => join(directory, `${name}.${extension}`);
  const opened = new Set<string>();
  const note = (scan: FilesScan) =>
    scan.files.forEach((file) => void opened.add(basename(file.path, `.${extension}`)));
  const observed: Engine = {
    ...engine,
    describe: (scan, wait) => {
      note(scan);
      return engine.describe(scan, wait);
    },
    partitionsOf: (request, wait) => {
      note(request.scan);
      return engine.partitionsOf(request, wait);
    },
  };
  let written = 0;
  return {
    provider: createFilesProvider(observed),
    define: (partition: Parameters<typeof defineFiles>[1]) =>
      defineFiles(join(directory, `*.${extension}`), partition),
    put: async (name: string, rows: readonly ProviderRow[]) => {
      await writeFile(path(name), `${textOf(rows)}\n`);
      await utimes(path(name), 1_000, 1_000 + ++written);
    },
    remove: (name: string) => rm(path(name)),
    looked: () => {
      const names = [...opened].toSorted();
      opened.clear();
      return names;
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

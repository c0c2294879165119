import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createEngine } from '../../../src/adapters/duckdb/engine.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { Failure } from '../../../src/base/errors.ts';
import { limits } from '../../../src/base/limits.ts';
import type { FilesScan } from '../../../src/core/datasets/source.ts';
import type { Engine, EngineOptions, IngestOutput, IngestRequest } from '../../../src/ports/engine.ts';
import { type TestKit, testKit } from '../../support/kit.ts';
import { type SampleFolder, sampleFolder } from '../../support/sample-files.ts';

/** An engine with a temporary folder for sources, scratch files and batches. */
export type EngineKit = AsyncDisposable & {
  readonly engine: Engine;
  readonly folder: SampleFolder;
  readonly kit: Omit<TestKit, 'clock'>;
  /** Reads a source; fails the test unless it succeeds. */
  ingest(scan: FilesScan, more?: Partial<IngestRequest>): Promise<IngestOutput>;
  /** Reads a source; fails the test unless it is refused. */
  refusal(scan: FilesScan, more?: Partial<IngestRequest>): Promise<Failure>;
  /** The rows of what was ingested, in order. */
  rowsOf(output: IngestOutput): Promise<readonly unknown[]>;
};

/** The limits of a request in tests. */
export function generously(more: Partial<EngineOptions> = {}): EngineOptions {
  return { signal: new AbortController().signal, timeoutMs: 60_000, memoryMb: 1_024, ...more };
}

/** Makes an engine for a test file. */
export function engineKit(workersMax = 1, threadsMax?: number): EngineKit {
  const folder = sampleFolder();
  const { clock: _, ...kit } = testKit();
  const engine = createEngine(
    { ...kit, clock: systemClock },
    {
      workersMax,
      scratchDirectory: join(folder.path, 'scratch'),
      ...(threadsMax === undefined ? {} : { threadsMax }),
    },
  );
  const attempt = (scan: FilesScan, more: Partial<IngestRequest>) =>
    engine.ingest(
      {
        scan,
        directory: mkdtempSync(join(folder.path, 'batches-')),
        rowsPerBatch: limits.rowsPerBatch,
        rejectedPercentMax: 50,
        ...more,
      },
      generously(),
    );
  return {
    engine,
    folder,
    kit,
    ingest: async (scan, more = {}) => {
      const outcome = await attempt(scan, more);
      if (!outcome.ok) assert.fail(JSON.stringify(outcome.error));
      return outcome.value;
    },
    refusal: async (scan, more = {}) => {
      const outcome = await attempt(scan, more);
      if (outcome.ok) assert.fail(`it was read: ${JSON.stringify(outcome.value)}`);
      return outcome.error;
    },
    rowsOf,
    [Symbol.asyncDispose]: async () => {
      await engine.close();
      folder[Symbol.dispose]();
    },
  };
}

async function rowsOf(output: IngestOutput): Promise<readonly unknown[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`set TimeZone = 'UTC'`);
  const rows: unknown[] = [];
  for (const { path } of output.batches) {
    const reader = await connection.runAndReadAll(`select * from read_parquet('${path}')`);
    rows.push(...reader.getRowObjectsJson());
  }
  connection.closeSync();
  return rows;
}

/** A schema as text: `a BIGINT, b VARCHAR`. */
export function schemaText(output: Pick<IngestOutput, 'schema'>): string {
  return output.schema.map(({ name, type }) => `${name} ${type.native}`).join(', ');
}

/** Writes a Parquet file from a query. */
export async function writeParquet(path: string, query: string, options = ''): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`copy (${query}) to '${path}' (format parquet${options})`);
  connection.closeSync();
}

import { type Failure, failure } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import { type Outcome, succeed } from '../../../base/outcome.ts';
import { partitionQueries } from '../../../core/checks/partition-queries.ts';
import type { QueryOutcome } from '../../../core/checks/partition-query.ts';
import type { DatasetDefinition } from '../../../core/datasets/definition.ts';
import { measurePlan } from '../../../core/datasets/measure-plan.ts';
import type { RejectedRows } from '../../../core/datasets/revision.ts';
import type { Schema } from '../../../core/datasets/schema.ts';
import type { FilesScan, ListedFiles } from '../../../core/datasets/source.ts';
import { decodeProfile } from '../../../core/metrics/profile-codec.ts';
import type { Staging } from '../../../ports/batch-store.ts';
import type { Engine, EngineOptions } from '../../../ports/engine.ts';
import { putQueries } from '../put-queries.ts';

/** What reading one partition gave. */
export type ProfiledPartition = {
  readonly listed: ListedFiles;
  readonly sizeBytes: number;
  readonly rejected: RejectedRows;
} & (
  | { readonly kind: 'failed'; readonly failure: Failure }
  | {
      readonly kind: 'profiled';
      readonly schema: Schema;
      readonly rowCount: number;
      readonly profile: Uint8Array;
      readonly queries: readonly QueryOutcome[];
    }
);

type Dependencies = { readonly engine: Engine; readonly stage: () => Promise<Staging> };

type Request = {
  readonly definition: DatasetDefinition;
  readonly listed: ListedFiles;
  readonly previousSchema?: Schema;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
};

type Read = {
  readonly schema: Schema;
  readonly rowCount: number;
  readonly rejected: RejectedRows;
  readonly profile: Uint8Array;
  readonly queries: readonly QueryOutcome[];
};

const nothingRejected: RejectedRows = { count: 0, samples: [] };

/** Parsing text takes most of the time; measuring what it gave, the rest. */
const ingestShare = 0.7;

/** Measures one partition. What can not be read becomes a failed one; too many rejected rows keep their samples. */
export async function profilePartition(
  dependencies: Dependencies,
  request: Request,
): Promise<ProfiledPartition> {
  const { listed, definition, signal } = request;
  const sizeBytes = listed.sizeBytes ?? listed.scan.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const common = { listed, sizeBytes };
  if (signal.aborted) {
    const stopped = failure('TASK_CANCELLED', `the check of ${listed.key} was stopped`);
    return { ...common, rejected: nothingRejected, kind: 'failed', failure: stopped };
  }
  request.onProgress(0);
  const read = canStay(listed.scan, definition)
    ? await readAsItIs(dependencies, request)
    : await readText(dependencies, request);
  request.onProgress(1);
  if (!read.ok) return { ...common, rejected: nothingRejected, kind: 'failed', failure: read.error };
  const { rejected, rowCount } = read.value;
  const percent = rejected.count === 0 ? 0 : (100 * rejected.count) / (rejected.count + rowCount);
  if (percent > definition.limits.rejectedPercentMax) {
    const message = `${rejected.count} of ${rejected.count + rowCount} rows were rejected (${percent.toFixed(1)} %); at most ${definition.limits.rejectedPercentMax} % may be`;
    const hint = 'look at the reasons; csv: {delimiter: …} in the checks file corrects a wrong reading';
    return { ...common, rejected, kind: 'failed', failure: failure('REJECTED_TOO_MANY', message, { hint }) };
  }
  return { ...common, kind: 'profiled', ...read.value };
}

async function readAsItIs({ engine }: Dependencies, request: Request): Promise<Outcome<Read>> {
  const measured = await engine.measure(
    { source: { kind: 'scan', scan: request.listed.scan }, plan: measurePlan(request.definition) },
    { ...optionsOf(request), onProgress: request.onProgress },
  );
  if (!measured.ok) return measured;
  const { profile, rowCount } = measured.value;
  const decoded = decodeProfile(profile);
  if (!decoded.ok) return decoded;
  const { schema } = decoded.value;
  const paths = rowCount === 0 ? [] : request.listed.scan.files.map(({ path }) => path);
  const queries = await queriesOf(engine, request, { paths, schema });
  if (!queries.ok) return queries;
  return succeed({
    schema,
    rowCount,
    rejected: nothingRejected,
    profile,
    queries: queries.value,
  });
}

/**
 * Parquet has neither rows to reject nor types to guess, so that it needs no copy. Queries see whole files: for a part of
 * their rows, or for columns that only the path has, there must be one.
 */
function canStay({ format, filter, hiveKeys }: FilesScan, definition: DatasetDefinition): boolean {
  if (format !== 'parquet') return false;
  return (filter === undefined && hiveKeys.length === 0) || partitionQueries(definition).length === 0;
}

function queriesOf(
  engine: Engine,
  { definition, signal }: Request,
  rows: { readonly paths: readonly string[]; readonly schema: Schema },
): ReturnType<typeof putQueries> {
  return putQueries(engine, { queries: partitionQueries(definition), signal, ...rows });
}

/** Text becomes batches first, as in the service: so that rows are rejected for the same reasons, with the same types. */
async function readText({ engine, stage }: Dependencies, request: Request): Promise<Outcome<Read>> {
  await using staging = await stage();
  const options = optionsOf(request);
  const { previousSchema, definition, listed } = request;
  const ingested = await engine.ingest(
    {
      scan: listed.scan,
      directory: staging.directory,
      rowsPerBatch: limits.rowsPerBatch,
      // All are taken note of; whether they are too many is decided above, when their samples are at hand.
      rejectedPercentMax: 100,
      ...(previousSchema === undefined ? {} : { previousSchema }),
    },
    {
      ...options,
      memoryMb: limits.ingestMemoryMb,
      onProgress: (fraction) => request.onProgress(fraction * ingestShare),
    },
  );
  if (!ingested.ok) return ingested;
  const { schema, rowCount, rejected, batches } = ingested.value;
  const measured = await engine.measure(
    { source: { kind: 'batches', batches, schema }, plan: measurePlan(definition) },
    {
      ...options,
      onProgress: (fraction) => request.onProgress(ingestShare + (1 - ingestShare) * fraction),
    },
  );
  if (!measured.ok) return measured;
  const queries = await queriesOf(engine, request, { paths: batches.map(({ path }) => path), schema });
  if (!queries.ok) return queries;
  return succeed({ schema, rowCount, rejected, profile: measured.value.profile, queries: queries.value });
}

/** Measuring takes in the whole partition, as reading does, and so gets as much time. */
function optionsOf(request: Request): EngineOptions {
  return { signal: request.signal, timeoutMs: limits.ingestTimeoutMs, memoryMb: limits.measureMemoryMb };
}

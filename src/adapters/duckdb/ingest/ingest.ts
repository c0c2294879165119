import { rm } from 'node:fs/promises';
import { type Failure, FailureError, failure } from '../../../base/errors.ts';
import type { RejectedRows } from '../../../core/datasets/revision.ts';
import type { Schema } from '../../../core/datasets/schema.ts';
import type { FilesScan } from '../../../core/datasets/source.ts';
import type { IngestOutput, IngestRequest, StagedBatch } from '../../../ports/engine.ts';
import { openCsv, type SourceWork } from '../csv/csv-source.ts';
import { readFault } from '../duckdb-fault.ts';
import { checkFiles } from '../files/check-files.ts';
import { withOrigins } from '../files/file-origin.ts';
import { openJson } from '../json/json-source.ts';
import { openParquet, readParquetFault } from '../parquet/parquet-relation.ts';
import type { Session } from '../worker/session.ts';
import { takeText } from './take-text.ts';
import type { TextSource } from './text-source.ts';
import { writeBatches } from './write-batches.ts';

/** Reads a source into batch files in the request's directory. `scratch` is for files on the way. Throws `FailureError`. */
export async function ingest(
  session: Session,
  request: IngestRequest,
  scratch: string,
): Promise<IngestOutput> {
  const { scan } = request;
  return withUnchangedFiles(scan, async () => {
    let batches: StagedBatch[] = [];
    const take = async (select: string, isInPieces = false): Promise<void> => {
      // What was taken before was not the whole of it.
      for (const { path } of batches) await rm(path);
      batches = [];
      batches = await writeBatches(session, { select, isInPieces }, request);
    };
    const taken =
      scan.format === 'parquet'
        ? await takeParquet(session, scan, take)
        : await takeText(
            session,
            await openText(session, scan, { directory: scratch, signal: session.signal }),
            {
              filter: scan.filter,
              previous: request.previousSchema,
              take,
            },
          );
    const rowCount = batches.reduce((sum, batch) => sum + batch.rowCount, 0);
    refuseOtherNumber(scan, rowCount + taken.rejected.count);
    refuseTooMany(taken.rejected, { rowCount, percentMax: request.rejectedPercentMax });
    return { ...taken, rowCount, batches };
  });
}

/** Opens a source of a text format. */
export function openText(session: Session, scan: FilesScan, work: SourceWork): Promise<TextSource> {
  return scan.format === 'csv' || scan.format === 'tsv' ? openCsv(scan, work) : openJson(session, scan, work);
}

/**
 * Does `read` with the guarantee that the files are those listed, before and after. Errors of DuckDB become failures of
 * the source; a file that changed explains any other failure.
 */
export async function withUnchangedFiles<T>(scan: FilesScan, read: () => Promise<T>): Promise<T> {
  try {
    return await readUnchanged(scan, read);
  } catch (thrown) {
    throw thrown instanceof FailureError ? new FailureError(withOrigins(thrown.failure, scan.files)) : thrown;
  }
}

async function readUnchanged<T>(scan: FilesScan, read: () => Promise<T>): Promise<T> {
  await checkFiles(scan.files);
  let output: T;
  try {
    output = await read();
  } catch (thrown) {
    if (!isCancelled(thrown)) await checkFiles(scan.files);
    const files = scan.files.map((file) => file.path);
    throw new FailureError(
      scan.format === 'parquet'
        ? asFailure(thrown, () => readParquetFault(thrown, files))
        : readFault(thrown, files),
    );
  }
  await checkFiles(scan.files);
  return output;
}

function asFailure(thrown: unknown, otherwise: () => Failure): Failure {
  return thrown instanceof FailureError ? thrown.failure : otherwise();
}

function isCancelled(thrown: unknown): boolean {
  return thrown instanceof FailureError && thrown.failure.code === 'TASK_CANCELLED';
}

async function takeParquet(
  session: Session,
  scan: FilesScan,
  take: (select: string) => Promise<void>,
): Promise<{ schema: Schema; rejected: RejectedRows }> {
  const relation = await openParquet(session, scan);
  await take(relation.select);
  return { schema: relation.schema, rejected: { count: 0, samples: [] } };
}

/** Who wrote the files for us has counted the rows: a reader that loses one must not go unnoticed. */
function refuseOtherNumber({ rowCount, filter }: FilesScan, found: number): void {
  if (rowCount === undefined || filter !== undefined || rowCount === found) return;
  const message = `${found} rows were read of files that hold ${rowCount}`;
  throw new FailureError(failure('INTERNAL', message, { hint: 'please report this with the data' }));
}

const reasonsNamed = 3;

function refuseTooMany(rejected: RejectedRows, of: { rowCount: number; percentMax: number }): void {
  const total = of.rowCount + rejected.count;
  const percent = total === 0 ? 0 : (100 * rejected.count) / total;
  if (percent <= of.percentMax) return;
  const reasons = rejected.samples
    .slice(0, reasonsNamed)
    .map(({ row, column, reason }) => `line ${row}: ${column === undefined ? '' : `${column}: `}${reason}`);
  const first = rejected.samples[0];
  throw new FailureError(
    failure(
      'REJECTED_TOO_MANY',
      `${rejected.count} of ${total} rows were rejected (${percent.toFixed(percent < 1 ? 2 : 1)} %, allowed are ${of.percentMax} %): ${reasons.join('; ')}`,
      { where: first?.file, hint: hintFor(first?.reason ?? '') },
    ),
  );
}

function hintFor(reason: string): string {
  if (reason.includes('UTF-8')) return 'set csv.encoding, for example to "latin-1"';
  if (reason.includes('fields')) return 'set csv.delimiter when it is another one, or correct the file';
  return 'correct the file, or raise limits.rejected_percent_max';
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { type Outcome, succeed } from '../../base/outcome.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { FilesScan } from '../../core/datasets/source.ts';
import type { MeasurePlan } from '../../core/metrics/plan.ts';
import { mergeProfiles, type Profile } from '../../core/metrics/profile.ts';
import { decodeProfile, encodeProfile } from '../../core/metrics/profile-codec.ts';
import type { MeasureOutput, MeasureRequest } from '../../ports/engine.ts';
import { ingest, withUnchangedFiles } from './ingest/ingest.ts';
import { measureRelation } from './measure/measure-relation.ts';
import { openParquet } from './parquet/parquet-relation.ts';
import { literal } from './sql.ts';
import type { Session } from './worker/session.ts';

type Place = { readonly scratch: string; readonly note: (fraction: number) => void };

/** The share of the work that reading a text source into batches is. */
const ingestShare = 0.5;

/**
 * Measures a batch or a source. Parquet is measured where it lies; a text format is first read into batches, since it
 * would be parsed again for each column.
 */
export function measure(
  session: Session,
  request: MeasureRequest,
  place: Place,
): Promise<Outcome<MeasureOutput>> {
  const { source, plan } = request;
  if (source.kind === 'batch') {
    return measureBatch(session, { path: source.path, schema: source.schema, plan }, place.note);
  }
  return source.scan.format === 'parquet'
    ? measureParquet(session, { scan: source.scan, plan }, place.note)
    : measureText(session, { scan: source.scan, plan }, place);
}

function measureBatch(
  session: Session,
  batch: { path: string; schema: Schema; plan: MeasurePlan },
  note: (fraction: number) => void,
): Promise<Outcome<MeasureOutput>> {
  const { path, schema, plan } = batch;
  const relation = `read_parquet(${literal(path)}, hive_partitioning = false)`;
  return measureRelation(session.connection, { relation, parquetFiles: [path], schema, plan }, note);
}

function measureParquet(
  session: Session,
  of: { scan: FilesScan; plan: MeasurePlan },
  note: (fraction: number) => void,
): Promise<Outcome<MeasureOutput>> {
  return withUnchangedFiles(of.scan, async () => {
    const { schema, select, isPlain, files } = await openParquet(session, of.scan);
    const known = isPlain ? { parquetFiles: files } : {};
    const request = { relation: `(${select})`, ...known, schema, plan: of.plan };
    return measureRelation(session.connection, request, note);
  });
}

async function measureText(
  session: Session,
  of: { scan: FilesScan; plan: MeasurePlan },
  place: Place,
): Promise<Outcome<MeasureOutput>> {
  const directory = join(place.scratch, 'batches');
  await mkdir(directory);
  const read = await ingest(
    session,
    { scan: of.scan, directory, rowsPerBatch: limits.rowsPerBatch, rejectedPercentMax: 100 },
    place.scratch,
  );
  let merged: Profile | undefined;
  for (const [index, { path }] of read.batches.entries()) {
    const { schema } = read;
    const note = (fraction: number): void =>
      place.note(ingestShare + (1 - ingestShare) * ((index + fraction) / read.batches.length));
    const measured = await measureBatch(session, { path, schema, plan: of.plan }, note);
    if (!measured.ok) return measured;
    const decoded = decodeProfile(measured.value.profile);
    if (!decoded.ok) throw new FailureError(decoded.error);
    merged = merged === undefined ? decoded.value : mergeProfiles(merged, decoded.value);
  }
  if (merged === undefined) throw new Error('a source was read without any batch');
  return succeed({ rowCount: read.rowCount, profile: encodeProfile(merged) });
}

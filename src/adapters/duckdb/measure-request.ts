import { assert } from '../../base/assert.ts';
import type { Outcome } from '../../base/outcome.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { FilesScan } from '../../core/datasets/source.ts';
import type { MeasurePlan } from '../../core/metrics/plan.ts';
import type { MeasureOutput, MeasureRequest } from '../../ports/engine.ts';
import { withUnchangedFiles } from './ingest/ingest.ts';
import { measureRelation } from './measure/measure-relation.ts';
import { openParquet } from './parquet/parquet-relation.ts';
import { literalList } from './sql.ts';
import type { Session } from './worker/session.ts';

/** Measures batches, or Parquet where it lies. */
export function measure(
  session: Session,
  { source, plan }: MeasureRequest,
  note: (fraction: number) => void,
): Promise<Outcome<MeasureOutput>> {
  switch (source.kind) {
    case 'batch':
      return measureBatches(session, { paths: [source.path], schema: source.schema, plan }, note);
    case 'batches': {
      const paths = source.batches.map(({ path }) => path);
      return measureBatches(session, { paths, schema: source.schema, plan }, note);
    }
    case 'scan':
      assert(source.scan.format === 'parquet', 'text is measured by its batches');
      return measureParquet(session, { scan: source.scan, plan }, note);
  }
}

function measureBatches(
  session: Session,
  batches: { readonly paths: readonly string[]; readonly schema: Schema; readonly plan: MeasurePlan },
  note: (fraction: number) => void,
): Promise<Outcome<MeasureOutput>> {
  const { paths, schema, plan } = batches;
  const relation = `read_parquet(${literalList(paths)}, hive_partitioning = false)`;
  return measureRelation(session.connection, { relation, parquetFiles: paths, schema, plan }, note);
}

function measureParquet(
  session: Session,
  of: { readonly scan: FilesScan; readonly plan: MeasurePlan },
  note: (fraction: number) => void,
): Promise<Outcome<MeasureOutput>> {
  return withUnchangedFiles(of.scan, async () => {
    const { schema, select, isPlain, files } = await openParquet(session, of.scan);
    const known = isPlain ? { parquetFiles: files } : {};
    const request = { relation: `(${select})`, ...known, schema, plan: of.plan };
    return measureRelation(session.connection, request, note);
  });
}

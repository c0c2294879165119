import { MiB } from '../../base/units.ts';
import type { FilesScan } from '../../core/datasets/source.ts';
import type { SourceDescription } from '../../ports/engine.ts';
import { inferTypes } from './columns/infer-types.ts';
import type { TextColumn } from './columns/text-column.ts';
import { openCsv } from './csv/csv-source.ts';
import { isRowFault } from './duckdb-fault.ts';
import { withUnchangedFiles } from './ingest/ingest.ts';
import { sampleTypes, schemaOf } from './ingest/take-text.ts';
import type { TextSource } from './ingest/text-source.ts';
import { openJson } from './json/json-source.ts';
import { openParquet } from './parquet/parquet-relation.ts';
import type { Session } from './worker/session.ts';

/** How much of a file is copied when it must be, for a look at its first rows. */
const lookBytes = 8 * MiB;

/** Columns, types and dialect of a source by its first rows. Throws `FailureError`. */
export function describeSource(
  session: Session,
  scan: FilesScan,
  scratch: string,
): Promise<SourceDescription> {
  return withUnchangedFiles(scan, async () => {
    if (scan.format === 'parquet') {
      const { schema } = await openParquet(session, scan);
      return { schema, remarks: [] };
    }
    const work = { directory: scratch, signal: session.signal, bytesMax: lookBytes };
    if (scan.format === 'csv' || scan.format === 'tsv') {
      const source = await openCsv(scan, work);
      const schema = schemaOf(await typesOf(session, source));
      return { schema, dialect: source.dialect, remarks: source.remarks };
    }
    const source = await openJson(session, scan, work);
    return { schema: schemaOf(await typesOf(session, source)), remarks: source.remarks };
  });
}

/** Types by the first rows, or, when one of these is broken, by all rows that are not. */
export async function typesOf(session: Session, source: TextSource): Promise<readonly TextColumn[]> {
  try {
    const sampled = source.columns.length === 0 ? undefined : await sampleTypes(session, source, undefined);
    if (sampled !== undefined) return sampled;
  } catch (thrown) {
    if (!isRowFault(thrown)) throw thrown;
  }
  const clean = await source.clean();
  const inferred = await inferTypes(session, `(${clean.rows})`, { columns: clean.columns });
  return inferred.columns;
}

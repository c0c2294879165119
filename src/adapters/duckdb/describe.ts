import { MiB } from '../../base/units.ts';
import type { FilesScan } from '../../core/datasets/source.ts';
import type { SourceDescription } from '../../ports/engine.ts';
import { inferTypes } from './columns/infer-types.ts';
import type { TextColumn } from './columns/text-column.ts';
import { openCsv } from './csv/csv-source.ts';
import { isRowFault } from './duckdb-fault.ts';
import { withUnchangedFiles } from './ingest/ingest.ts';
import { sampleTypes, schemaOf } from './ingest/take-text.ts';
import type { CleanText, TextSource } from './ingest/text-source.ts';
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

/** A text source with its types: by the first rows, or, when one of these is broken, by all rows that are not. */
async function typesOf(session: Session, source: TextSource): Promise<readonly TextColumn[]> {
  if (source.columns.length === 0) return cleanTypes(session, await source.clean());
  try {
    const sampled = await sampleTypes(session, source, undefined);
    if (sampled !== undefined) return sampled;
  } catch (thrown) {
    if (!isRowFault(thrown)) throw thrown;
  }
  return cleanTypes(session, await source.clean());
}

/** The types of rows that were taken apart. */
export async function cleanTypes(session: Session, clean: CleanText): Promise<readonly TextColumn[]> {
  const { columns } = await inferTypes(session, `(${clean.rows(new Map())})`, { columns: clean.columns });
  return columns;
}

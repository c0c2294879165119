import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../src/base/errors.ts';
import { fail, type Outcome, succeed } from '../../src/base/outcome.ts';
import { evaluate } from '../../src/core/checks/evaluate.ts';
import { windowValues } from '../../src/core/checks/window-values.ts';
import type { RejectedRow } from '../../src/core/datasets/revision.ts';
import { columnType, type Schema } from '../../src/core/datasets/schema.ts';
import type { FilesScan } from '../../src/core/datasets/source.ts';
import { statesFromFrequencies } from '../../src/core/metrics/catalogue.ts';
import { type Profile } from '../../src/core/metrics/profile.ts';
import { encodeProfile } from '../../src/core/metrics/profile-codec.ts';
import { replayPolicy } from '../../src/core/policies/replay.ts';
import { suggestChecks } from '../../src/core/suggestions/suggest.ts';
import type { Engine } from '../../src/ports/engine.ts';
import { tabulate } from './state-laws.ts';

type Row = readonly (string | null)[];
type Table = {
  readonly schema: Schema;
  readonly rows: readonly Row[];
  readonly rejected: readonly RejectedRow[];
};

/**
 * An engine for tests of what uses one: reads comma-separated text without quotes, whatever the file's ending says, in
 * this process. Columns of whole numbers are BIGINT, others VARCHAR; rows of another length are rejected; a file with the
 * word `BROKEN` can not be read. Keeps the paths of what it was asked.
 */
export function plainCsvEngine(): Engine & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    describe: async (scan) => {
      const table = await readTable(scan);
      return table.ok ? succeed({ schema: table.value.schema, remarks: [] }) : table;
    },
    partitionsOf: async ({ scan, by }) => {
      const table = await readTable(scan);
      if (!table.ok) return table;
      const column = by.kind === 'time' ? by.column : by.columns[0];
      const at = table.value.schema.findIndex(({ name }) => name === column);
      if (at < 0) return fail(failure('COLUMN_NOT_FOUND', `no column ${column}`));
      return fail(failure('PARTITION_COLUMN_UNFIT', 'partitions by column are not part of this engine'));
    },
    ingest: async (request, options) => {
      asked.push(`ingest ${request.scan.files.map(({ path }) => path).join(' ')}`);
      const table = await readTable(request.scan, request.previousSchema);
      if (!table.ok) return table;
      const { schema, rows, rejected } = table.value;
      options.onProgress?.(1);
      const path = join(request.directory, 'batch.json');
      await writeFile(path, JSON.stringify(rows));
      return succeed({
        schema,
        rowCount: rows.length,
        rejected: { count: rejected.length, samples: rejected },
        batches: [{ path, rowCount: rows.length, sizeBytes: 1, checksum: '' }],
      });
    },
    query: async () => fail(failure('QUERY_REFUSED', 'this engine answers no queries')),
    measure: async ({ source }) => {
      if (source.kind !== 'scan') {
        const path = source.kind === 'batch' ? source.path : (source.batches[0]?.path ?? '');
        const rows = JSON.parse(await readFile(path, 'utf8')) as Row[];
        return succeed({ rowCount: rows.length, profile: profileOf(source.schema, rows) });
      }
      asked.push(`measure ${source.scan.files.map(({ path }) => path).join(' ')}`);
      const table = await readTable(source.scan);
      if (!table.ok) return table;
      const { schema, rows } = table.value;
      return succeed({ rowCount: rows.length, profile: profileOf(schema, rows) });
    },
    evaluate: async (input) => succeed(evaluate(input)),
    merge: async (input) => windowValues(input),
    replay: async (input) => succeed(replayPolicy(input)),
    suggest: async (input) => succeed(suggestChecks(input)),
    close: async () => {},
  };
}

async function readTable(scan: FilesScan, previous?: Schema): Promise<Outcome<Table>> {
  const rows: Row[] = [];
  const rejected: RejectedRow[] = [];
  let names: string[] = [];
  for (const { path } of scan.files) {
    const text = await readFile(path, 'utf8');
    if (text.includes('BROKEN')) return fail(failure('SOURCE_UNREADABLE', `${path} can not be read`));
    const [header = '', ...lines] = text.trimEnd().split('\n');
    names = header.split(',');
    for (const [index, line] of lines.entries()) {
      const fields = line.split(',').map((field) => (field === '' ? null : field));
      if (fields.length === names.length) rows.push(fields);
      else rejected.push({ file: path, row: index + 2, reason: `has ${fields.length} fields`, text: line });
    }
  }
  const isWhole = (at: number): boolean => rows.every((row) => /^-?\d+$/.test(row[at] ?? '0'));
  const guessed = names.map((name, at) => ({ name, type: columnType(isWhole(at) ? 'BIGINT' : 'VARCHAR') }));
  return succeed({ schema: previous ?? guessed, rows, rejected });
}

function profileOf(schema: Schema, rows: readonly Row[]): Uint8Array {
  const columns = schema.map(({ name, type }, at): Profile['columns'][number] => {
    const values = rows.map((row) => row[at] ?? null);
    const typed =
      type.kind === 'integer' ? values.map((value) => (value === null ? null : BigInt(value))) : values;
    return { name, type, states: statesFromFrequencies(type.kind, tabulate(type, typed)) };
  });
  return encodeProfile({ schema, rowCount: rows.length, columns, segments: [] });
}

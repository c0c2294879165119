import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { partitionKey } from '../../../src/base/ids.ts';
import { columnType, type Schema } from '../../../src/core/datasets/schema.ts';
import type { FilesScan } from '../../../src/core/datasets/source.ts';
import type { IngestOutput } from '../../../src/ports/engine.ts';
import { engineKit, generously, schemaText } from './engine-kit.ts';

const kit = engineKit(1, 2);
after(() => kit[Symbol.asyncDispose]());

/** The scan of a text whose columns are known: `a BIGINT, b VARCHAR`. */
function scan(columns: string, text: string, more: Partial<FilesScan> = {}): FilesScan {
  return kit.folder.scan('csv', { 'rows.csv': text }, { columns: schema(columns), ...more });
}

function schema(columns: string): Schema {
  return columns.split(', ').map((column) => {
    const [name = '', ...native] = column.split(' ');
    return { name, type: columnType(native.join(' ')) };
  });
}

/** Reads texts as one column of a type: what became of each, null for a rejected one. */
async function valuesOf(native: string, texts: readonly string[]): Promise<unknown[]> {
  const rows = texts.map((text, at) => `${at},"${text.replaceAll('"', '""')}"\n`).join('');
  const output = await kit.ingest(scan(`at BIGINT, v ${native}`, rows), { rejectedPercentMax: 100 });
  assert.equal(output.rowCount + output.rejected.count, texts.length);
  const found = await textsOf(output, 'v');
  return texts.map((_, at) => found.get(at) ?? null);
}

/** A column of what was ingested as DuckDB writes it, by the column `at`. */
async function textsOf(output: IngestOutput, column: string): Promise<ReadonlyMap<number, string>> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`set TimeZone = 'UTC'`);
  const paths = output.batches.map(({ path }) => `'${path}'`).join(', ');
  const reader = await connection.runAndReadAll(
    `select "at", ${column}::VARCHAR from read_parquet([${paths}])`,
  );
  connection.closeSync();
  return new Map(reader.getRowsJson().map(([at, text]) => [Number(at), text as string]));
}

describe('text whose columns are known', () => {
  it('has no header, and nothing of it is sniffed', async () => {
    const output = await kit.ingest(scan('id BIGINT, code VARCHAR, day VARCHAR', 'a;b,007,2001-01-01\n'), {
      rejectedPercentMax: 100,
    });
    assert.equal(schemaText(output), 'id BIGINT, code VARCHAR, day VARCHAR');
    assert.equal(output.rowCount, 0);
    const other = await kit.ingest(scan('id BIGINT, code VARCHAR', '1,007\n2,1e3\n'));
    assert.deepEqual(await kit.rowsOf(other), [
      { id: '1', code: '007' },
      { id: '2', code: '1e3' },
    ]);
  });

  it('tells the empty text from null, and a quoted one from either', async () => {
    const nasty = [
      '',
      'null',
      'NULL',
      '\\N',
      '\\.',
      ' ',
      '"',
      '""',
      ',',
      'a\nb',
      'a\r\nb',
      '\r',
      '#x',
      '\u0001',
      '🙂',
    ];
    const text = nasty.map((value) => `"${value.replaceAll('"', '""')}",1\n`).join('');
    const output = await kit.ingest(scan('t VARCHAR, n INTEGER', `${text},\n`));
    const rows = (await kit.rowsOf(output)) as readonly { t: string | null; n: number | null }[];
    assert.deepEqual(
      rows.map(({ t }) => t),
      [...nasty, null],
    );
    assert.equal(rows.at(-1)?.n, null);
  });

  it('has the row of a single null column, which is an empty line', async () => {
    const output = await kit.ingest(scan('t VARCHAR', '\n""\nx\n\n'));
    assert.deepEqual(await kit.rowsOf(output), [{ t: null }, { t: '' }, { t: 'x' }, { t: null }]);
  });

  it('has no rows when its file is empty, and its columns all the same', async () => {
    const output = await kit.ingest(scan('id BIGINT, at TIMESTAMP WITH TIME ZONE', '', { rowCount: 0 }));
    assert.equal(schemaText(output), 'id BIGINT, at TIMESTAMP WITH TIME ZONE');
    assert.deepEqual([output.rowCount, output.batches.length], [0, 1]);
  });

  it('keeps each digit of numbers, and rejects what would lose one', async () => {
    const integers = [
      '9223372036854775807',
      '-9223372036854775808',
      '9007199254740993',
      '007',
      '1.5',
      '1e3',
      ' 1',
      '',
    ];
    assert.deepEqual(await valuesOf('BIGINT', integers), [
      '9223372036854775807',
      '-9223372036854775808',
      '9007199254740993',
      '7',
      null,
      null,
      null,
      null,
    ]);
    const nines = '9'.repeat(38);
    assert.deepEqual(await valuesOf('DECIMAL(38,0)', [nines, `-${nines}`, `${nines}9`]), [
      nines,
      `-${nines}`,
      null,
    ]);
    assert.deepEqual(
      await valuesOf('DECIMAL(4,2)', ['0.05', '-0.05', '1.5', '1.500', '1.505', '100', 'NaN']),
      ['0.05', '-0.05', '1.50', '1.50', null, null, null],
    );
    assert.deepEqual(await valuesOf('UBIGINT', ['18446744073709551615', '-1']), [
      '18446744073709551615',
      null,
    ]);
    assert.deepEqual(await valuesOf('DOUBLE', ['0.1', '1e400', '5e-324', 'x']), [
      '0.1',
      null,
      '5e-324',
      null,
    ]);
    assert.deepEqual(await valuesOf('DOUBLE', ['NaN', 'Infinity', '-Infinity']), ['nan', 'inf', '-inf']);
  });

  it('keeps times to the microsecond, before Christ and without end', async () => {
    assert.deepEqual(
      await valuesOf('DATE', [
        '0044-03-15 BC',
        '0044-03-15',
        'infinity',
        '5874897-12-31',
        '2001-02-30',
        '2001-01-01 10:00',
      ]),
      ['0044-03-15 (BC)', '0044-03-15', 'infinity', '5874897-12-31', null, null],
    );
    assert.deepEqual(
      await valuesOf('TIMESTAMP', [
        '2001-01-01 00:00:00.500000',
        '0044-03-15 10:00:00 BC',
        '-infinity',
        '2001-01-01 00:00:00.1234567',
        '2001-01-01 00:00:00+02',
      ]),
      ['2001-01-01 00:00:00.5', '0044-03-15 (BC) 10:00:00', '-infinity', null, null],
    );
    assert.deepEqual(
      await valuesOf('TIMESTAMP WITH TIME ZONE', [
        '2001-01-01 00:00:00+02',
        '0044-03-15 10:00:00.25+00 BC',
        'infinity',
      ]),
      ['2000-12-31 22:00:00+00', '0044-03-15 (BC) 10:00:00.25+00', 'infinity'],
    );
    assert.deepEqual(await valuesOf('TIME', ['23:59:59.999999', '24:00:00', '25:00:00']), [
      '23:59:59.999999',
      '24:00:00',
      null,
    ]);
  });

  it('keeps bytes, identifiers, documents and truth', async () => {
    assert.deepEqual(await valuesOf('BLOB', ['\\x00ff', '', '\\x', 'AB', 'xy', 'abc']), [
      '\\x00\\xFF',
      '',
      '',
      '\\xAB',
      null,
      null,
    ]);
    const id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
    assert.deepEqual(await valuesOf('UUID', [id, id.toUpperCase(), 'a0eebc99']), [id, id, null]);
    assert.deepEqual(await valuesOf('JSON', ['{"a": 1.0}', '{a']), ['{"a": 1.0}', null]);
    assert.deepEqual(await valuesOf('BOOLEAN', ['t', 'f', 'true', '0', 'maybe']), [
      'true',
      'false',
      'true',
      'false',
      null,
    ]);
  });

  it('rejects a row by its number, with the column and the text that does not fit', async () => {
    const output = await kit.ingest(
      scan('id BIGINT, day DATE', '1,2001-01-01\n2,2001-02-30\n3\n4,2001-01-04\n'),
    );
    assert.equal(output.rowCount, 2);
    assert.deepEqual(
      output.rejected.samples.map(({ row, column, reason }) => ({ row, column, reason })),
      [
        { row: 2, column: 'day', reason: '"2001-02-30" is not of type DATE' },
        { row: 3, column: undefined, reason: 'too few fields: 1 instead of 2' },
      ],
    );
  });

  it('is described without being read, and counted by partitions', async () => {
    const scanned = scan('id BIGINT, day DATE', '1,2001-01-01\n2,2001-01-02\n3,2001-01-02\n');
    const described = await kit.engine.describe(scanned, generously());
    assert.ok(described.ok && schemaText(described.value) === 'id BIGINT, day DATE');
    const by = { kind: 'time', column: 'day', by: 'day' } as const;
    const counted = await kit.engine.partitionsOf({ scan: scanned, by }, generously());
    assert.deepEqual(counted.ok && counted.value.map(({ key, rowCount }) => [key, rowCount]), [
      [partitionKey('2001-01-01'), 1],
      [partitionKey('2001-01-02'), 2],
    ]);
  });

  it('is read whole though a thread could take lines within its texts for rows', async () => {
    // More than what is read by one thread alone, of the same lines over and over.
    const rowCount = 120_000;
    const rowsOf = (text: string): string =>
      Array.from({ length: rowCount }, (_, at) => `${at},"${text}"\n`).join('');
    const lines = rowsOf(`\r\n${'7,abc\n'.repeat(100)}`);
    const output = await kit.ingest(scan('id BIGINT, t VARCHAR', lines, { rowCount }));
    assert.deepEqual([output.rowCount, output.rejected.count], [rowCount, 0]);
    const linewise = scan('id BIGINT, t VARCHAR', rowsOf('7,abc '.repeat(100)), {
      rowCount,
      isLinewise: true,
    });
    assert.equal((await kit.ingest(linewise)).rowCount, rowCount);
  });

  it('fails when another number of rows is found than was written', async () => {
    const refused = await kit.refusal(scan('id BIGINT', '1\n2\n', { rowCount: 3 }));
    assert.match(refused.message, /2 rows were read of files that hold 3/);
  });
});

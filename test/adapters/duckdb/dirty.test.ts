import assert from 'node:assert/strict';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { fileFailure } from '../../../src/adapters/duckdb/files/check-files.ts';
import type { Failure } from '../../../src/base/errors.ts';
import { limits } from '../../../src/base/limits.ts';
import { MiB } from '../../../src/base/units.ts';
import type { FileFormat } from '../../../src/core/datasets/provider-definition.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { scanOf } from '../../support/sample-files.ts';
import { engineKit, generously, schemaText, writeParquet } from './engine-kit.ts';

const kit = engineKit();
const { folder } = kit;
after(() => kit[Symbol.asyncDispose]());

function verdict({ code, message, hint }: Failure): string {
  return `${code}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

function numbers(count: number, line: (n: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index + 1)).join('');
}

describe('files that can not be read', () => {
  const refusals: readonly [
    what: string,
    format: FileFormat,
    name: string,
    bytes: string | Uint8Array,
    told: string,
  ][] = [
    [
      'an empty CSV file',
      'csv',
      'empty.csv',
      '',
      'SOURCE_EMPTY: empty.csv is empty: there are neither columns nor rows (an empty table should have at least a header)',
    ],
    [
      'an empty JSON file',
      'ndjson',
      'empty.ndjson',
      '',
      'SOURCE_EMPTY: empty.ndjson is empty: there are neither columns nor rows (an empty table should have at least a header)',
    ],
    [
      'an empty Parquet file',
      'parquet',
      'zero.parquet',
      '',
      'SOURCE_UNREADABLE: zero.parquet is empty: not even a Parquet footer is there',
    ],
    [
      'a Parquet file that is none',
      'parquet',
      'garbage.parquet',
      'this is not a Parquet file at all, though its name says it is',
      'SOURCE_UNREADABLE: garbage.parquet is not a Parquet file, or is truncated: its footer is missing (copy it again from where it comes from, or say its format when it is no Parquet file)',
    ],
    [
      'a gzip file that is none',
      'csv',
      'not.csv.gz',
      'a,b\n1,2\n',
      'SOURCE_UNREADABLE: not.csv.gz is not a gzip file, though its name says so',
    ],
    [
      'CSV in another encoding in its header',
      'csv',
      'latin.csv',
      Buffer.from('größe,b\n1,2\n', 'latin1'),
      'SOURCE_UNREADABLE: the first line of latin.csv is not valid UTF-8 text (set csv.encoding to "latin-1" or "utf-16", or the format when this is no CSV file)',
    ],
    [
      'a JSON array that breaks off',
      'json',
      'broken.json',
      '[{"a":1},{"a":2},{"a":',
      'SOURCE_UNREADABLE: broken.json can not be read: Malformed JSON in file "broken.json", at byte 6 in record/value 4: unexpected end of data.',
    ],
    [
      'JSON lines that are none',
      'ndjson',
      'none.ndjson',
      'this is\nno JSON\n',
      "SOURCE_UNREADABLE: none.ndjson holds no JSON object: line 1: not valid JSON: Unexpected token 'h'",
    ],
    [
      'JSON without objects',
      'json',
      'scalar.json',
      '42',
      'SOURCE_UNREADABLE: scalar.json can not be read: it holds no JSON objects',
    ],
  ];
  for (const [what, format, name, bytes, told] of refusals) {
    it(`are told: ${what}`, async () => {
      assert.equal(verdict(await kit.refusal(folder.scan(format, { [name]: bytes }))), told);
    });
  }

  it('are told: compressed files that end early or are damaged, at any place', async () => {
    const text = `a,b\n${numbers(20_000, (n) => `${n},some text ${(n * 7919) % 10_007}\n`)}`;
    for (const [ending, packed] of [
      ['gz', gzipSync(text)],
      // As the zstd program does; without its checksum, damage need not show.
      ['zst', zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })],
    ] as const) {
      const name = `t.csv.${ending}`;
      const kind = ending === 'gz' ? 'gzip' : 'zstd';
      for (const end of [packed.length - 1, packed.length - 5, Math.floor(packed.length / 2)]) {
        const refused = await kit.refusal(folder.scan('csv', { [name]: packed.subarray(0, end) }));
        assert.equal(
          verdict(refused),
          `SOURCE_UNREADABLE: ${name} is truncated: its ${kind} data end early (copy it again from where it comes from)`,
          `cut at ${end}`,
        );
      }
      const damaged = Buffer.from(packed);
      damaged.fill(0xff, 30_000, 30_008);
      const refused = await kit.refusal(folder.scan('csv', { [name]: damaged }));
      assert.equal(
        verdict(refused),
        `SOURCE_UNREADABLE: ${name} is damaged: its ${kind} data are not valid (copy it again from where it comes from)`,
      );
    }
  });

  it('are told: a Parquet file that is truncated', async () => {
    const path = join(folder.path, 'cut.parquet');
    await writeParquet(path, 'select i, i::varchar s from range(100000) t(i)');
    truncateSync(path, 5_000);
    const refused = await kit.refusal(scanOf('parquet', [path]));
    assert.match(verdict(refused), /^SOURCE_UNREADABLE: cut\.parquet is not a Parquet file, or is truncated/);
  });

  it('are told: a Parquet file with damage inside', async () => {
    const path = join(folder.path, 'holed.parquet');
    await writeParquet(path, 'select i, md5(i::varchar) s from range(100000) t(i)', ', compression zstd');
    const { buffer } = new Uint8Array(60_000);
    writeFileSync(path, Buffer.from(buffer), { flag: 'r+' });
    const refused = await kit.refusal(scanOf('parquet', [path]));
    assert.equal(refused.code, 'SOURCE_UNREADABLE');
    assert.match(refused.message, /^holed\.parquet can not be read: /);
  });

  it('are told: directories, devices, vanished and changed files, missing rights', async () => {
    const directory = folder.directory('dir.csv');
    assert.equal(
      verdict(await kit.refusal(scanOf('csv', [directory]))),
      'SOURCE_UNREADABLE: dir.csv is a directory, not a file',
    );
    assert.equal(
      verdict(await kit.refusal(scanOf('csv', ['/dev/zero']))),
      'SOURCE_UNREADABLE: zero is not a regular file',
    );
    const vanished = folder.scan('csv', { 'gone.csv': 'a,b\n1,2\n' });
    rmSync(join(folder.path, 'gone.csv'));
    assert.equal(verdict(await kit.refusal(vanished)), 'SOURCE_NOT_FOUND: gone.csv does not exist any more');
    const changed = folder.scan('csv', { 'grown.csv': 'a,b\n1,2\n' });
    folder.write('grown.csv', 'a,b\n1,2\n3,4\n');
    assert.equal(
      verdict(await kit.refusal(changed)),
      'SOURCE_CHANGED: grown.csv is no longer the file that was listed (files should be written under another name and renamed when complete; it is read again)',
    );
    // The rights of a file do not stop root, whom tests may run as.
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    assert.equal(
      verdict(fileFailure('/data/secret.csv', denied)),
      'SOURCE_UNREADABLE: secret.csv can not be opened: permission denied (give the user that Assay runs as the right to read it)',
    );
  });

  it('are told: a given delimiter that is not the one of the file', async () => {
    const text = `a,b,c\n${numbers(50, (n) => `${n},x,y\n`)}`;
    const refused = await kit.refusal(folder.scan('csv', { 'd.csv': text }, { csv: { delimiter: ';' } }));
    assert.equal(
      verdict(refused),
      'SOURCE_UNREADABLE: d.csv has no ";" between its fields (its fields look separated by ","; correct or leave out csv.delimiter)',
    );
  });

  it('are told: more partitions than are listed', async () => {
    const path = join(folder.path, 'keys.parquet');
    await writeParquet(path, `select i as k from range(${limits.partitionsPerListingMax + 1}) t(i)`);
    const listed = await kit.engine.partitionsOf(
      { scan: scanOf('parquet', [path]), by: { kind: 'columns', columns: ['k'] } },
      generously(),
    );
    assert.ok(!listed.ok);
    assert.equal(
      verdict(listed.error),
      'SOURCE_LIMIT: the source has more than 100000 partitions by k (partition by columns with fewer values, or by a longer time)',
    );
  });

  it('are told: Parquet files whose columns fit in no way', async () => {
    const paths = [join(folder.path, 'u1.parquet'), join(folder.path, 'u2.parquet')];
    await writeParquet(paths[0] ?? '', 'select 1 a');
    await writeParquet(paths[1] ?? '', "select {'x': 1} a");
    const refused = await kit.refusal(scanOf('parquet', paths));
    assert.equal(refused.code, 'SOURCE_UNREADABLE');
    assert.match(refused.message, /can not be read: .*\ba\b/);
  });

  it('are told: more columns than are measured', async () => {
    const names = numbers(limits.columnsMax + 1, (n) => `${n === 1 ? '' : ','}c${n}`);
    const refused = await kit.refusal(folder.scan('csv', { 'w.csv': `${names}\n` }));
    assert.equal(verdict(refused), 'SOURCE_LIMIT: the source has 4097 columns, more than the 4096 allowed');
  });
});

describe('files that are odd, but in order', () => {
  it('a header alone is a partition without rows, with a schema and one batch', async () => {
    const previousSchema = [{ name: 'a', type: columnType('BIGINT') }];
    for (const text of ['a,b\n', 'a,b', 'a,b\r\n\r\n']) {
      const output = await kit.ingest(folder.scan('csv', { 'h.csv': text }), { previousSchema });
      assert.equal(schemaText(output), 'a BIGINT, b VARCHAR');
      assert.deepEqual([output.rowCount, output.rejected.count], [0, 0]);
      assert.deepEqual(
        output.batches.map((batch) => batch.rowCount),
        [0],
      );
    }
  });

  it('names that are missing or repeated are made up, and told', async () => {
    const scan = folder.scan('csv', { 'n.csv': 'a,a,,A,b\n1,2,3,4,5\n' });
    const described = await kit.engine.describe(scan, generously());
    assert.ok(described.ok);
    assert.equal(schemaText(described.value), 'a BIGINT, a_2 BIGINT, column_3 BIGINT, A_3 BIGINT, b BIGINT');
    assert.deepEqual(described.value.remarks, [
      'column 2 repeats the name "a"; it is called "a_2"',
      'column 3 has no name; it is called "column_3"',
      'column 4 repeats the name "A"; it is called "A_3"',
    ]);
    assert.deepEqual(described.value.dialect, { delimiter: ',', header: true, encoding: 'utf-8' });
  });

  it('2,000 columns are read', async () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `c${index}`);
    const text = `${names.join(',')}\n${numbers(20, (n) => `${names.map((_, index) => n * index).join(',')}\n`)}`;
    const output = await kit.ingest(folder.scan('csv', { 'wide.csv': text }));
    assert.equal(output.schema.length, 2_000);
    assert.ok(output.schema.every((column) => column.type.native === 'BIGINT'));
    assert.equal(output.rowCount, 20);
  });

  it('NaN and infinities are numbers', async () => {
    const output = await kit.ingest(folder.scan('csv', { 'nan.csv': 'a\n1.5\nnan\ninf\n-Infinity\n' }));
    assert.equal(schemaText(output), 'a DOUBLE');
    assert.deepEqual(await kit.rowsOf(output), [
      { a: 1.5 },
      { a: 'NaN' },
      { a: 'Infinity' },
      { a: '-Infinity' },
    ]);
  });

  it('line ends may be mixed, and of old Macs', async () => {
    for (const text of [
      'a,b\r\n1,x\n2,y\r\n',
      'a,b\n1,x\r\n2,"y"\n',
      'a,b\r1,x\r2,y\r',
      'a,b\n\n1,x\n\n2,y',
    ]) {
      const output = await kit.ingest(folder.scan('csv', { 'e.csv': text }));
      assert.deepEqual(
        await kit.rowsOf(output),
        [
          { a: '1', b: 'x' },
          { a: '2', b: 'y' },
        ],
        JSON.stringify(text),
      );
    }
  });

  it('quoted fields may hold delimiters, quotes and line breaks', async () => {
    const output = await kit.ingest(folder.scan('csv', { 'q.csv': 'a,b\n1,"x,\ny ""z"""\n2,"\r\n"\n' }));
    assert.deepEqual(await kit.rowsOf(output), [
      { a: '1', b: 'x,\ny "z"' },
      { a: '2', b: '\r\n' },
    ]);
  });
});

describe('rows that can not be taken over', () => {
  it('are rejected with file, line, column, reason and text, and the others are taken', async () => {
    const scan = folder.scan('csv', {
      'bad.csv': Buffer.concat([
        Buffer.from('a,b,c\n1,x,2001-01-01\n2,y\n3,y,2001-01-03,z,z\n'),
        Buffer.from([0x34, 0x2c, 0xff, 0xfe, 0x2c, 0x0a]),
        Buffer.from('"5","multi\nline",2001-02-30\nsix,y,2001-01-06\n7,"x"y,\n8,"open,2001-01-08\n'),
        Buffer.from(numbers(20, (n) => `${n + 8},ok,2001-01-09\n`)),
      ]),
    });
    const output = await kit.ingest(scan);
    const file = scan.files[0]?.path;
    assert.equal(schemaText(output), 'a BIGINT, b VARCHAR, c DATE');
    assert.equal(output.rowCount, 21);
    assert.deepEqual(output.rejected, {
      count: 7,
      samples: [
        { file, row: 3, reason: 'too few fields: 2 instead of 3', text: '2,y' },
        { file, row: 4, reason: 'too many fields: 5 instead of 3', text: '3,y,2001-01-03,z,z' },
        { file, row: 5, reason: 'the text is not valid UTF-8', text: '4,\ufffd\ufffd,' },
        {
          file,
          row: 6,
          column: 'c',
          reason: '"2001-02-30" is not of type DATE',
          text: '5,multi\nline,2001-02-30',
        },
        {
          file,
          row: 8,
          column: 'a',
          reason: '"six" is not of type BIGINT',
          text: 'six,y,2001-01-06',
        },
        { file, row: 9, reason: 'text follows a closing quote', text: '7,"x"y,' },
        { file, row: 10, reason: 'a quote is opened and not closed', text: '8,"open,2001-01-08' },
      ],
    });
  });

  it('of JSON lines are rejected with line and reason', async () => {
    const scan = folder.scan('ndjson', {
      'bad.ndjson': Buffer.concat([
        Buffer.from('{"a":1,"b":"x"}\n{"a":2,"b":\n[1,2]\n7\n{"a":"five"}\n{"a":6,"a":7}\n'),
        Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
        Buffer.from(numbers(12, (n) => `{"a":${n + 6},"b":"y"}\n`)),
      ]),
    });
    const output = await kit.ingest(scan);
    assert.equal(schemaText(output), 'a BIGINT, b VARCHAR');
    assert.equal(output.rowCount, 14);
    assert.equal(output.rejected.count, 5);
    assert.deepEqual(
      output.rejected.samples.map(({ row, column, reason, text }) => [row, column, reason, text]),
      [
        [2, undefined, 'not valid JSON: Unexpected end of JSON input', '{"a":2,"b":'],
        [3, undefined, 'the line is an array, not an object', '[1,2]'],
        [4, undefined, 'the line is a number, not an object', '7'],
        [5, 'a', '"five" is not of type BIGINT', '{"a":"five"}'],
        [7, undefined, 'the text is not valid UTF-8', '{\ufffd}'],
      ],
    );
  });

  it('are counted exactly, with a sample of 100, wherever and however many they are', async () => {
    const bad = (n: number) => n % 3 === 0 || (n > 50_000 && n < 60_000);
    const text = `a,b\n${numbers(100_000, (n) => (bad(n) ? (n % 2 ? `${n}\n` : `${n},x,y,z\n`) : `${n},x\n`))}`;
    const expected = Array.from({ length: 100_000 }, (_, index) => index + 1).filter(bad).length;
    const output = await kit.ingest(folder.scan('csv', { 'many.csv': text }));
    assert.deepEqual([output.rowCount, output.rejected.count], [100_000 - expected, expected]);
    assert.equal(output.rejected.samples.length, 100);
    assert.equal(output.rejected.samples[99]?.row, 301);
  });

  it('beyond the percentage allowed refuse the source, naming the first reasons', async () => {
    const text = `a,b\n${numbers(1_000, (n) => (n % 20 === 0 ? `${n}\n` : `${n},x\n`))}`;
    const scan = folder.scan('csv', { 'much.csv': text });
    assert.equal((await kit.ingest(scan, { rejectedPercentMax: 5 })).rejected.count, 50);
    assert.equal(
      verdict(await kit.refusal(scan, { rejectedPercentMax: 4.9 })),
      'REJECTED_TOO_MANY: 50 of 1000 rows were rejected (5.0 %, allowed are 4.9 %): line 21: too few fields: 1 instead of 2; line 41: too few fields: 1 instead of 2; line 61: too few fields: 1 instead of 2 (set csv.delimiter when it is another one, or correct the file)',
    );
  });

  it('with a stray quote cost their own line alone', async () => {
    const text = `a,b\n${numbers(200_000, (n) => (n === 70_000 ? `${n},"stray\n` : `${n},text of row ${n}\n`))}`;
    const output = await kit.ingest(folder.scan('csv', { 'stray.csv': text }));
    assert.deepEqual([output.rowCount, output.rejected.count], [199_999, 1]);
    assert.equal(output.rejected.samples[0]?.row, 70_001);
  });

  it('of 100 MB are rejected in bounded memory, also as the last line', async () => {
    const long = Buffer.alloc(100 * MiB, 'x');
    const scan = folder.scan('csv', {
      'long.csv': Buffer.concat([Buffer.from('a,b\n1,'), long, Buffer.from('\n2,y\n3,'), long]),
    });
    const directory = folder.directory('long-batches');
    const outcome = await kit.engine.ingest(
      { scan, directory, rowsPerBatch: limits.rowsPerBatch, rejectedPercentMax: 100 },
      generously({ memoryMb: 512 }),
    );
    if (!outcome.ok) assert.fail(verdict(outcome.error));
    assert.equal(outcome.value.rowCount, 1);
    assert.equal(outcome.value.rejected.count, 2);
    assert.deepEqual(
      outcome.value.rejected.samples.map(({ row, reason, text }) => [row, reason, text?.length]),
      [
        [2, 'the line is longer than 32.0 MiB', 200],
        [4, 'the line is longer than 32.0 MiB', 200],
      ],
    );
  });

  it('may be the overlong last one after several batches were written', async () => {
    const text = `a,b\n${numbers(5_000, (n) => `${n},x\n`)}5001,${'y'.repeat(2 * MiB)}`;
    const output = await kit.ingest(folder.scan('csv', { 'last.csv': text }), { rowsPerBatch: 2_048 });
    assert.deepEqual([output.rowCount, output.rejected.count], [5_001, 0]);
    assert.ok(output.batches.length >= 3);
  });

  it('may be long ones, though those do not fit into the buffers of the first reading', async () => {
    const short = numbers(5_000, (n) => `${n},x\n`);
    for (const length of [9 * MiB, 17 * MiB]) {
      for (const value of ['y'.repeat(length), `"${'y'.repeat(length)}\nz"`]) {
        const texts = [`a,b\n1,${value}\n${short}`, `a,b\n${short}1,${value}\n`, `a,b\n${short}1,${value}`];
        for (const [index, text] of texts.entries()) {
          const output = await kit.ingest(folder.scan('csv', { [`long-${index}.csv`]: text }));
          assert.deepEqual([output.rowCount, output.rejected.count], [5_001, 0]);
        }
      }
    }
  });

  it('longer than any buffer are noticed as the last one, newline or not, packed or not', async () => {
    const text = `a,b\n${numbers(5_000, (n) => `${n},x\n`)}5001,${'y'.repeat(40 * MiB)}`;
    const files = {
      'a.csv': text,
      'b.csv': `${text}\n`,
      'c.csv': `${text}\r\n\n`,
      'd.csv.gz': gzipSync(`${text}\n`),
    };
    for (const [name, content] of Object.entries(files)) {
      const output = await kit.ingest(folder.scan('csv', { [name]: content }), { rejectedPercentMax: 1 });
      assert.deepEqual([output.rowCount, output.rejected.count], [5_000, 1], name);
    }
  });

  it('of a partition that can be told count there alone, others in every partition', async () => {
    const text =
      'd,n\n2001-01-01,1\n2001-01-01,one\n2001-01-02,2\nnever,3\n2001-01-02,4\n' +
      numbers(40, (n) => `2001-01-01,${n}\n`);
    const scan = folder.scan('csv', { 'p.csv': text });
    const rejected = async (key: string) => {
      const filter = { kind: 'columns', values: { d: key } } as const;
      const output = await kit.ingest({ ...scan, filter });
      return [output.rowCount, ...output.rejected.samples.map((sample) => sample.row)];
    };
    assert.deepEqual(await rejected('2001-01-01'), [41, 3, 5]);
    assert.deepEqual(await rejected('2001-01-02'), [2, 5]);
  });
});

describe('dirty sources are also', () => {
  const dirty = [
    folder.scan('csv', {
      'dirty.csv': `d,n\n2001-01-01,1\nbroken\n2001-01-02,2\n${numbers(20, () => '2001-01-02,3\n')}`,
    }),
    folder.scan('ndjson', {
      'dirty.ndjson': `{"d":"2001-01-01","n":1}\n{"d":\n${numbers(21, () => '{"d":"2001-01-02","n":2}\n')}`,
    }),
  ];

  it('described', async () => {
    for (const scan of dirty) {
      const described = await kit.engine.describe(scan, generously());
      if (!described.ok) assert.fail(verdict(described.error));
      assert.equal(schemaText(described.value), 'd DATE, n BIGINT');
    }
  });

  it('listed by partition, without the rows that are none', async () => {
    for (const scan of dirty) {
      const by = { kind: 'time', column: 'd', by: 'day' } as const;
      for (const perFile of [false, true]) {
        const listed = await kit.engine.partitionsOf({ scan, by, perFile }, generously());
        if (!listed.ok) assert.fail(verdict(listed.error));
        assert.deepEqual(
          listed.value.map(({ key, rowCount }) => [key, rowCount]),
          [
            ['2001-01-01', 1],
            ['2001-01-02', 21],
          ],
        );
      }
    }
  });
});

describe('types that show late', () => {
  const late = (first: (n: number) => string, then: (n: number) => string) =>
    folder.scan('csv', { 'late.csv': `a,b\n${numbers(60_000, (n) => (n < 50_000 ? first(n) : then(n)))}` });

  it('are widened: no row is rejected for a fraction among integers', async () => {
    const output = await kit.ingest(
      late(
        (n) => `${n},x\n`,
        (n) => `${n}.5,x\n`,
      ),
    );
    assert.equal(schemaText(output), 'a DOUBLE, b VARCHAR');
    assert.deepEqual([output.rowCount, output.rejected.count], [60_000, 0]);
  });

  const strayNumbers = [
    ['9007199254740993', 'BIGINT', '9007199254740993'],
    ['-9007199254740993', 'BIGINT', '-9007199254740993'],
    ['4503599627370497', 'BIGINT', '4503599627370497'],
    ['-4503599627370495', 'BIGINT', '-4503599627370495'],
    ['9223372036854775807', 'BIGINT', '9223372036854775807'],
    ['99999999999999999999', 'DECIMAL(38,0)', '99999999999999999999'],
    ['1e3', 'BIGINT', '1000'],
    ['0.5', 'DOUBLE', 0.5],
    ['1e-320', 'DOUBLE', 1e-320],
    ['nan', 'DOUBLE', 'NaN'],
    ['-inf', 'DOUBLE', '-Infinity'],
  ] as const;
  for (const [text, type, value] of strayNumbers) {
    it(`are widened: a single ${text} among integers is kept exactly`, async () => {
      const scan = late(
        (n) => `${n},x\n`,
        (n) => `${n === 55_555 ? text : n},x\n`,
      );
      const output = await kit.ingest(scan);
      assert.equal(schemaText(output), `a ${type}, b VARCHAR`);
      assert.equal(output.rejected.count, 0);
      const rows = (await kit.rowsOf(output)) as { a: unknown }[];
      assert.equal(rows[55_554]?.a, value);
    });
  }

  it('are widened: dates that become timestamps', async () => {
    const output = await kit.ingest(
      late(
        () => '2001-01-01,x\n',
        () => '2001-01-01 10:00:00,x\n',
      ),
    );
    assert.equal(schemaText(output), 'a TIMESTAMP, b VARCHAR');
    assert.equal(output.rejected.count, 0);
  });

  it('make a column text that is really text, and reject no row for it', async () => {
    const output = await kit.ingest(
      late(
        (n) => `${n},x\n`,
        (n) => `code ${n},x\n`,
      ),
    );
    assert.equal(schemaText(output), 'a VARCHAR, b VARCHAR');
    assert.deepEqual([output.rowCount, output.rejected.count], [60_000, 0]);
  });

  it('do not make a column text for a handful of bad values, whose rows are rejected', async () => {
    const output = await kit.ingest(
      late(
        (n) => `${n},x\n`,
        (n) => `${n % 1_000 === 0 ? 'n/a' : n},x\n`,
      ),
    );
    assert.equal(schemaText(output), 'a BIGINT, b VARCHAR');
    assert.deepEqual([output.rowCount, output.rejected.count], [59_989, 11]);
  });
});

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { partitionKey } from '../../../src/base/ids.ts';
import { columnType } from '../../../src/core/datasets/schema.ts';
import { scanOf } from '../../support/sample-files.ts';
import { engineKit, generously, schemaText, writeParquet } from './engine-kit.ts';

const kit = engineKit();
const { folder } = kit;
after(() => kit[Symbol.asyncDispose]());

const people = 'id,name,born,score\n1,Ada,1815-12-10,1.5\n2,"Grace, H.",1906-12-09,\n';
const peopleRows = [
  { id: '1', name: 'Ada', born: '1815-12-10', score: 1.5 },
  { id: '2', name: 'Grace, H.', born: '1906-12-09', score: null },
];
const peopleSchema = 'id BIGINT, name VARCHAR, born DATE, score DOUBLE';

describe('formats of files', () => {
  it('reads CSV plain, gzipped and with zstd, whatever the file is called', async () => {
    for (const [name, bytes] of [
      ['plain.csv', people],
      ['packed.csv.gz', gzipSync(people)],
      ['packed.csv.zst', zstdCompressSync(people)],
      ['two-members.csv.gz', Buffer.concat([gzipSync(people.slice(0, 40)), gzipSync(people.slice(40))])],
      ['packed-in-secret.csv', gzipSync(people)],
    ] as const) {
      const output = await kit.ingest(folder.scan('csv', { [name]: bytes }));
      assert.equal(schemaText(output), peopleSchema, name);
      assert.deepEqual(await kit.rowsOf(output), peopleRows, name);
      assert.deepEqual(output.rejected, { count: 0, samples: [] }, name);
    }
  });

  it('finds the delimiter of a file by itself', async () => {
    for (const delimiter of [';', '\t', '|']) {
      const text = people.replace('"Grace, H."', 'Grace').replaceAll(',', delimiter);
      const output = await kit.ingest(folder.scan('csv', { 'd.csv': text }));
      assert.equal(schemaText(output), peopleSchema);
    }
  });

  it('reads TSV', async () => {
    const output = await kit.ingest(folder.scan('tsv', { 'a.tsv': 'a\tb\n1\tx, y\n' }));
    assert.deepEqual(await kit.rowsOf(output), [{ a: '1', b: 'x, y' }]);
  });

  it('gives columns names when there is no header', async () => {
    const output = await kit.ingest(folder.scan('csv', { 'n.csv': '1,x\n2,y\n' }));
    assert.equal(schemaText(output), 'column_1 BIGINT, column_2 VARCHAR');
    assert.equal(output.rowCount, 2);
  });

  it('reads UTF-8 with a byte-order mark, UTF-16 of both kinds and latin-1', async () => {
    const text = 'a,b\n1,Zoë\n2,naïve\n';
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    const rows = [
      { a: '1', b: 'Zoë' },
      { a: '2', b: 'naïve' },
    ];
    const cases = {
      'bom.csv': Buffer.from(`\ufeff${text}`),
      'le.csv': utf16,
      'be.csv': Buffer.from(utf16).swap16(),
      'le.csv.gz': gzipSync(utf16),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      const output = await kit.ingest(folder.scan('csv', { [name]: bytes }));
      assert.equal(schemaText(output), 'a BIGINT, b VARCHAR', name);
      assert.deepEqual(await kit.rowsOf(output), rows, name);
    }
    const latin = folder.scan(
      'csv',
      { 'latin.csv': Buffer.from(text, 'latin1') },
      { csv: { encoding: 'latin-1' } },
    );
    assert.deepEqual(await kit.rowsOf(await kit.ingest(latin)), rows);
  });

  it('tells the empty text from null, and takes the texts given for null', async () => {
    const scan = folder.scan(
      'csv',
      { 'nulls.csv': 'a,b\n1,""\n,x\n3,\nNA,NA\n' },
      { csv: { nullValues: ['NA'] } },
    );
    const output = await kit.ingest(scan);
    assert.equal(schemaText(output), 'a BIGINT, b VARCHAR');
    assert.deepEqual(await kit.rowsOf(output), [
      { a: '1', b: '' },
      { a: null, b: 'x' },
      { a: '3', b: null },
      { a: null, b: null },
    ]);
  });

  it('takes quoted empty fields of a typed column for null', async () => {
    const output = await kit.ingest(folder.scan('csv', { 'q.csv': '"a","b"\n"1",""\n"","x"\n' }));
    assert.equal(schemaText(output), 'a BIGINT, b VARCHAR');
    assert.deepEqual(await kit.rowsOf(output), [
      { a: '1', b: '' },
      { a: null, b: 'x' },
    ]);
  });

  it('keeps integers beyond 2^53 and beyond 64 bits, and identifiers with leading zeros', async () => {
    const output = await kit.ingest(
      folder.scan('csv', {
        'big.csv': 'a,b,zip\n9007199254740993,9223372036854775808,00501\n9223372036854775807,1,90210\n',
      }),
    );
    assert.equal(schemaText(output), 'a BIGINT, b DECIMAL(38,0), zip VARCHAR');
    assert.deepEqual(await kit.rowsOf(output), [
      { a: '9007199254740993', b: '9223372036854775808', zip: '00501' },
      { a: '9223372036854775807', b: '1', zip: '90210' },
    ]);
  });

  it('reads timestamps with and without an offset, booleans, times, and dates written otherwise', async () => {
    const output = await kit.ingest(
      folder.scan('csv', {
        't.csv':
          't,u,b,c,d,e\n2020-01-02 03:04:05.678,2020-01-02T03:04:05+02:00,true,12:34:56,31.12.2020,31/12/2020\n' +
          '2020-01-02T00:00:00,2020-01-02T03:04:05Z,FALSE,01:02:03,01.02.2020,01/02/2020\n',
      }),
    );
    assert.equal(
      schemaText(output),
      't TIMESTAMP, u TIMESTAMP WITH TIME ZONE, b BOOLEAN, c TIME, d DATE, e DATE',
    );
    assert.deepEqual(await kit.rowsOf(output), [
      {
        t: '2020-01-02 03:04:05.678',
        u: '2020-01-02 01:04:05+00',
        b: true,
        c: '12:34:56',
        d: '2020-12-31',
        e: '2020-12-31',
      },
      {
        t: '2020-01-02 00:00:00',
        u: '2020-01-02 03:04:05+00',
        b: false,
        c: '01:02:03',
        d: '2020-02-01',
        e: '2020-02-01',
      },
    ]);
  });

  it('reads JSON as lines, as one array and as objects over several lines', async () => {
    const rows = [
      { a: '1', b: 'x', c: '2020-01-02' },
      { a: '2', b: null, c: '2020-01-03' },
    ];
    const one = '{"a":1,"b":"x","c":"2020-01-02"}';
    const two = '{"a":2,"c":"2020-01-03"}';
    const cases = [
      folder.scan('ndjson', { 'a.ndjson': `${one}\n\n${two}\n` }),
      folder.scan('ndjson', { 'a.ndjson.gz': gzipSync(`${one}\n${two}`) }),
      folder.scan('json', { 'a.json': `[${one},\n ${two}]` }),
      folder.scan('json', { 'b.json': `${one}\n${two}` }),
      folder.scan('json', { 'c.json': `{\n"a":1,\n"b":"x", "c":"2020-01-02"}\n{"a":2,\n"c":"2020-01-03"}` }),
    ];
    for (const scan of cases) {
      const output = await kit.ingest(scan);
      assert.equal(schemaText(output), 'a BIGINT, b VARCHAR, c DATE', scan.files[0]?.path);
      assert.deepEqual(await kit.rowsOf(output), rows, scan.files[0]?.path);
    }
  });

  it('keeps what is nested in JSON as JSON, and exact numbers exact', async () => {
    const output = await kit.ingest(
      folder.scan('ndjson', {
        'n.ndjson':
          '{"id":9007199254740993,"tags":["a","b"],"o":{"k":1}}\n{"id":2,"tags":[],"o":null,"A b\'c":1.5}\n',
      }),
    );
    assert.equal(schemaText(output), "id BIGINT, tags JSON, o JSON, A b'c DOUBLE");
    assert.deepEqual(await kit.rowsOf(output), [
      { id: '9007199254740993', tags: '["a","b"]', o: '{"k":1}', "A b'c": null },
      { id: '2', tags: '[]', o: null, "A b'c": 1.5 },
    ]);
  });

  it('reads Parquet with its types as they are', async () => {
    const path = join(folder.path, 'types.parquet');
    await writeParquet(
      path,
      `select 9007199254740993::bigint a, 1.10::decimal(18,2) b, timestamp '2020-01-02 03:04:05.678901' c,
       timestamptz '2020-01-02 03:04:05+02' d, 'x' e, [1,2] f, 7::utinyint g`,
    );
    const output = await kit.ingest(scanOf('parquet', [path]));
    assert.equal(
      schemaText(output),
      'a BIGINT, b DECIMAL(18,2), c TIMESTAMP, d TIMESTAMP WITH TIME ZONE, e VARCHAR, f INTEGER[], g UTINYINT',
    );
    assert.deepEqual(await kit.rowsOf(output), [
      {
        a: '9007199254740993',
        b: '1.10',
        c: '2020-01-02 03:04:05.678901',
        d: '2020-01-02 01:04:05+00',
        e: 'x',
        f: [1, 2],
        g: 7,
      },
    ]);
  });
});

describe('several files as one source', () => {
  it('matches columns by name, whatever their order, and fills missing ones with null', async () => {
    for (const format of ['csv', 'ndjson'] as const) {
      const scan =
        format === 'csv'
          ? folder.scan('csv', { '1.csv': 'a,b\n1,x\n', '2.csv': 'b,a,c\ny,2,true\n', '3.csv': '' })
          : folder.scan('ndjson', { '1.ndjson': '{"a":1,"b":"x"}', '2.ndjson': '{"b":"y","a":2,"c":true}' });
      const output = await kit.ingest(scan);
      assert.equal(schemaText(output), 'a BIGINT, b VARCHAR, c BOOLEAN');
      assert.deepEqual(await kit.rowsOf(output), [
        { a: '1', b: 'x', c: null },
        { a: '2', b: 'y', c: true },
      ]);
    }
  });

  it('widens the types of Parquet files to the common one', async () => {
    const paths = [join(folder.path, 'w1.parquet'), join(folder.path, 'w2.parquet')];
    await writeParquet(paths[0] ?? '', 'select 1::integer a, 2 b');
    await writeParquet(paths[1] ?? '', "select 1.5::double a, 'x' c");
    const output = await kit.ingest(scanOf('parquet', paths));
    assert.equal(schemaText(output), 'a DOUBLE, b INTEGER, c VARCHAR');
    assert.deepEqual(await kit.rowsOf(output), [
      { a: 1, b: 2, c: null },
      { a: 1.5, b: null, c: 'x' },
    ]);
  });

  it('adds the keys of Hive paths as columns of their type', async () => {
    const rows = [
      { a: '1', year: '2001', kind: 'x y' },
      { a: '2', year: '2002', kind: null },
    ];
    const csv = folder.scan(
      'csv',
      { 'year=2001/kind=x%20y/f.csv': 'a\n1\n', 'year=2002/kind=__HIVE_DEFAULT_PARTITION__/f.csv': 'a\n2\n' },
      { hiveKeys: ['year', 'kind'] },
    );
    const json = folder.scan(
      'ndjson',
      {
        'year=2001/kind=x%20y/f.ndjson': '{"a":1}\n',
        'year=2002/kind=__HIVE_DEFAULT_PARTITION__/f.ndjson': '{"a":2}\n',
      },
      { hiveKeys: ['year', 'kind'] },
    );
    const parquet = ['year=2001/kind=x%20y', 'year=2002/kind=__HIVE_DEFAULT_PARTITION__'].map((part) => {
      mkdirSync(join(folder.path, part), { recursive: true });
      return join(folder.path, part, 'f.parquet');
    });
    for (const [index, path] of parquet.entries()) {
      await writeParquet(path, `select ${index + 1}::bigint a`);
    }
    for (const scan of [csv, json, scanOf('parquet', parquet, { hiveKeys: ['year', 'kind'] })]) {
      const output = await kit.ingest(scan);
      assert.equal(schemaText(output), 'a BIGINT, year BIGINT, kind VARCHAR', scan.format);
      assert.deepEqual(await kit.rowsOf(output), rows, scan.format);
    }
  });
});

describe('partitions', () => {
  const text =
    'at,country,n\n2001-01-31 23:59:59,DE,1\n2001-02-01 00:00:00,,2\n,DE,3\n2001-02-01 10:00:00,FR,4\n';

  it('are listed with their rows, and each is read by its key', async () => {
    const parquet = join(folder.path, 'parts.parquet');
    const csv = folder.scan('csv', { 'parts.csv': text });
    await writeParquet(parquet, `select * from read_csv('${csv.files[0]?.path}')`);
    for (const scan of [csv, scanOf('parquet', [parquet])]) {
      const listed = await kit.engine.partitionsOf(
        { scan, by: { kind: 'time', column: 'at', by: 'day' } },
        generously(),
      );
      assert.deepEqual(listed, {
        ok: true,
        value: [
          { key: '2001-01-31', rowCount: 1 },
          { key: '2001-02-01', rowCount: 2 },
          { key: 'null', rowCount: 1 },
        ],
      });
      const read = async (key: string) => {
        const filter = { kind: 'time', column: 'at', by: 'day', key: partitionKey(key) } as const;
        const rows = (await kit.rowsOf(await kit.ingest({ ...scan, filter }))) as { n: string }[];
        return rows.map((row) => row.n);
      };
      assert.deepEqual(await read('2001-02-01'), ['2', '4']);
      assert.deepEqual(await read('null'), ['3']);
      assert.deepEqual(await read('2001-02-02'), []);
    }
  });

  it('by columns carry their values, null apart from text', async () => {
    const scan = folder.scan('csv', { 'parts.csv': text });
    const listed = await kit.engine.partitionsOf(
      { scan, by: { kind: 'columns', columns: ['country'] } },
      generously(),
    );
    assert.deepEqual(listed, {
      ok: true,
      value: [
        { key: 'country=%null', rowCount: 1, values: { country: null } },
        { key: 'country=DE', rowCount: 2, values: { country: 'DE' } },
        { key: 'country=FR', rowCount: 1, values: { country: 'FR' } },
      ],
    });
    const output = await kit.ingest({ ...scan, filter: { kind: 'columns', values: { country: null } } });
    assert.equal(output.rowCount, 1);
  });

  it('are counted for each file when asked for', async () => {
    const scan = folder.scan('csv', {
      'p1.csv': 'd,n\n2001-01-01,1\n2001-01-02,2\n',
      'p2.csv': 'd,n\n2001-01-02,3\n',
    });
    const [first, second] = scan.files.map((file) => file.path);
    const listed = await kit.engine.partitionsOf(
      { scan, by: { kind: 'time', column: 'd', by: 'day' }, perFile: true },
      generously(),
    );
    assert.deepEqual(listed, {
      ok: true,
      value: [
        { key: '2001-01-01', rowCount: 1, file: first },
        { key: '2001-01-02', rowCount: 1, file: first },
        { key: '2001-01-02', rowCount: 1, file: second },
      ],
    });
  });

  it('by a column that is no time, or not there, are refused with the reason', async () => {
    const scan = folder.scan('csv', { 'parts.csv': text });
    const refused = async (column: string) => {
      const listed = await kit.engine.partitionsOf(
        { scan, by: { kind: 'time', column, by: 'day' } },
        generously(),
      );
      return listed.ok ? undefined : [listed.error.code, listed.error.message];
    };
    assert.deepEqual(await refused('n'), [
      'PARTITION_COLUMN_UNFIT',
      'the column "n" is BIGINT, not a date or timestamp',
    ]);
    assert.deepEqual(await refused('when'), ['COLUMN_NOT_FOUND', 'the data has no column "when"']);
  });
});

describe('types of an earlier revision', () => {
  const previousSchema = [
    { name: 'a', type: columnType('DOUBLE') },
    { name: 'b', type: columnType('VARCHAR') },
    { name: 'c', type: columnType('DECIMAL(10,2)') },
  ];

  it('are kept where the data allow it', async () => {
    const output = await kit.ingest(folder.scan('csv', { 'p.csv': 'a,b,c\n1,2,3\n4,5,6.10\n' }), {
      previousSchema,
    });
    assert.equal(schemaText(output), 'a DOUBLE, b VARCHAR, c DECIMAL(10,2)');
    assert.deepEqual(await kit.rowsOf(output), [
      { a: 1, b: '2', c: '3.00' },
      { a: 4, b: '5', c: '6.10' },
    ]);
  });

  it('give way where they do not: the new type shows', async () => {
    const text = `a,b,c\n${Array.from({ length: 30 }, (_, n) => `x${n},${n},2001-01-01\n`).join('')}`;
    const output = await kit.ingest(folder.scan('csv', { 'p.csv': text }), { previousSchema });
    assert.equal(schemaText(output), 'a VARCHAR, b VARCHAR, c DATE');
    assert.equal(output.rejected.count, 0);
  });

  it('hold against a handful of bad values, whose rows are rejected', async () => {
    const text = `a,b,c\n${Array.from({ length: 30 }, (_, n) => `${n === 7 ? 'oops' : n},${n},1\n`).join('')}`;
    const output = await kit.ingest(folder.scan('csv', { 'p.csv': text }), { previousSchema });
    assert.equal(schemaText(output), 'a DOUBLE, b VARCHAR, c DECIMAL(10,2)');
    assert.deepEqual(
      output.rejected.samples.map(({ row, column, reason }) => [row, column, reason]),
      [[9, 'a', '"oops" is not of type DOUBLE']],
    );
  });
});

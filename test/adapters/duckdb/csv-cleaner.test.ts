import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CsvCleaner } from '../../../src/adapters/duckdb/csv/csv-cleaner.ts';
import { splitRecords } from '../../../src/adapters/duckdb/csv/records.ts';

type Cleaned = { good: string; bad: { row: number; reason: string; text: string }[] };

/** Cleans a text that arrives in pieces cut at the places given. */
function clean(bytes: Buffer, cuts: readonly number[], fields: number): Cleaned {
  const written: Buffer[] = [];
  const bad: Cleaned['bad'] = [];
  const cleaner = new CsvCleaner(
    { delimiter: 0x2c, newline: 0x0a, fields, header: false },
    {
      write: (part) => written.push(Buffer.from(part)),
      reject: ({ row, reason, start }) => bad.push({ row, reason, text: start.toString('latin1') }),
    },
  );
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  places.slice(1).forEach((end, index) => cleaner.feed(bytes.subarray(places[index], end)));
  cleaner.end();
  return { good: Buffer.concat(written).toString('utf8'), bad };
}

const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe('the CSV cleaner', () => {
  it('gives the same whatever the pieces are in which a file arrives', () => {
    const piece = fc.constantFrom('a', 'é', ',', ',', '"', '""', '\n', '\r\n', '\r', 'long text', ' ', '\0');
    const broken = fc.constantFrom(Buffer.of(0xff), Buffer.of(0xc3));
    const bytes = fc
      .array(
        fc.oneof(
          { weight: 20, arbitrary: piece.map((text) => Buffer.from(text)) },
          { weight: 1, arbitrary: broken },
        ),
      )
      .map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(bytes, cuts, fc.integer({ min: 1, max: 4 }), (text, places, fields) => {
        assert.deepEqual(clean(text, places, fields), clean(text, [], fields));
      }),
    );
  });

  it('lets every well-formed record through with its line number, and no other', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', ' ', 'ü'), maxLength: 6 });
    const rows = fc.array(
      fc.record({ fields: fc.array(field, { minLength: 2, maxLength: 2 }), isBroken: fc.boolean() }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(rows, cuts, (records, places) => {
        const expected: { good: string; bad: number[] } = { good: '', bad: [] };
        let text = '';
        let line = 1;
        for (const { fields, isBroken } of records) {
          const quoted = fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(',');
          // A broken record: text behind a closing quote, on one line.
          const record = isBroken ? 'x,"y"z' : quoted;
          if (isBroken) expected.bad.push(line);
          else expected.good += `${line},${record}\n`;
          text += `${record}\n`;
          line += record.split('\n').length;
        }
        const found = clean(Buffer.from(text), places, 2);
        assert.equal(found.good, expected.good);
        assert.deepEqual(
          found.bad.map(({ row }) => row),
          expected.bad,
        );
      }),
    );
  });

  it('gives up the first line alone of a record whose quotes make no sense', () => {
    const { good, bad } = clean(Buffer.from('1,"open\n2,x\n3,"y" z\n4,w\n5,"never\n6,v'), [], 2);
    assert.equal(good, '2,2,x\n4,4,w\n6,6,v\n');
    assert.deepEqual(bad, [
      { row: 1, reason: 'text follows a closing quote', text: '1,"open' },
      { row: 3, reason: 'text follows a closing quote', text: '3,"y" z' },
      { row: 5, reason: 'a quote is opened and not closed', text: '5,"never' },
    ]);
  });
});

describe('records at the start of a file', () => {
  it('are split as they were written', () => {
    const field = fc.string({
      unit: fc.constantFrom('a', ';', '"', '\n', ' ', '\r\n'),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 8 }), (records) => {
        const text = records
          .map((record) => `${record.map((value) => `"${value.replaceAll('"', '""')}"`).join(';')}\n`)
          .join('');
        assert.deepEqual(splitRecords(text, ';', 100), records);
      }),
    );
  });
});

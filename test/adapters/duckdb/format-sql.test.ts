import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type DuckDBConnection, DuckDBInstance, listValue } from '@duckdb/node-api';
import fc from 'fast-check';
import { formatTest } from '../../../src/adapters/duckdb/measure/format-sql.ts';
import { hasFormat } from '../../../src/core/metrics/texts/formats.ts';
import { validFormats } from '../../../src/core/metrics/validity-rule.ts';
import { formatText, nearlyFormatted } from '../../support/format-texts.ts';

describe('formats in SQL', () => {
  let connection: DuckDBConnection;

  before(async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
    const texts = [...nearlyFormatted, ...fc.sample(formatText, { numRuns: 6_000, seed: 20_011 })];
    const wellFormed = [...new Set(texts.filter((text) => text.isWellFormed()))];
    const statement = await connection.prepare('create table texts as select unnest($1::varchar[]) as v');
    statement.bindList(1, listValue(wellFormed));
    await statement.run();
  });
  after(() => connection.closeSync());

  for (const format of validFormats) {
    it(`say of thousands of hostile texts what TypeScript says: ${format}`, async () => {
      const reader = await connection.runAndReadAll(`select v, ${formatTest(format, 'v')} from texts`);
      const rows = reader.getRows();
      assert.ok(rows.length > 3_000);
      const differing = rows.filter(([text, found]) => hasFormat(format, String(text)) !== found);
      assert.deepEqual(differing.slice(0, 5), []);
      const found = rows.filter(([, each]) => each === true).length;
      assert.ok(found > 0 && found < rows.length, `${found} of ${rows.length} have the format`);
    });
  }
});

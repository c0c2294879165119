import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { createSqliteSource } from '../../../src/adapters/sqlite-tables/source.ts';
import { createTableProvider } from '../../../src/adapters/tables/provider.ts';
import { documentedPartitions } from '../../support/documented-provider.ts';
import { temporaryFiles } from '../../support/temporary-files.ts';

describe('the documented example of an SQLite file', () => {
  it('is read from listing to batches', async () => {
    await using files = await temporaryFiles();
    const path = join(files.directory, 'readings.db');
    {
      using database = new DatabaseSync(path);
      database.exec('create table readings (station text, taken_at datetime, value real)');
      database.exec("insert into readings values ('a', '2001-01-01 10:00:00', 1.5), ('b', null, 2)");
    }
    const read = await documentedPartitions('sqlite', createTableProvider(createSqliteSource()), {
      'data/readings.db': path,
    });
    assert.deepEqual(read, [
      ['station=a', 1, 'station day value'],
      ['station=b', 1, 'station day value'],
    ]);
  });
});

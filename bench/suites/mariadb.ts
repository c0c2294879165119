import { startMariadb } from '../../test/support/mariadb-server.ts';
import { type Bench, caseOf, peaks, ratios, times } from '../support/bench.ts';

/** A table of a MariaDB server into batches, against the server's own client and DuckDB. */
export async function mariadbSuite(bench: Bench): Promise<void> {
  const { folder } = bench;
  const { large } = bench.options;
  const rows = bench.options.rows / 5;
  await using server = await startMariadb(async () => ['--innodb-buffer-pool-size=1G']);
  const url = await server.createDatabase();
  const fill = (table: string, count: number) =>
    bench.progress(`filling a table with ${count.toLocaleString('en')} rows`, async () => {
      await server.asAdmin(url, `create table ${table} (${columns})`, fillSql(table, count));
    });
  await fill('trips', rows);
  const name = `MariaDB table of 18 columns, ${rows.toLocaleString('en')} rows`;
  const [ours, plain] = await bench.inTurn([
    caseOf('table-ingest.ts', url, 'trips', folder),
    caseOf('mariadb-copy.ts', url, 'trips', folder),
  ]);
  bench.add(`${name}: ingest into batches`, 'ms', times(ours), '–');
  bench.add(`${name}: mariadb --batch and DuckDB`, 'ms', times(plain), '–');
  bench.add('rows a second, against that', 'ratio', ratios(times(plain), times(ours)), '≥ 0.5');
  bench.add('peak memory of all processes of the ingest', 'bytes', peaks(ours), '≤ 1 GiB');
  if (!large) return;
  await server.asAdmin(url, 'drop table trips');
  const many = 2 * bench.options.rows;
  await fill('trips', many);
  const [big] = await bench.inTurn([caseOf('table-ingest.ts', url, 'trips', folder)], 1);
  bench.add(`${many.toLocaleString('en')} rows: ingest into batches`, 'ms', times(big), '–');
  bench.add('peak memory of all its processes', 'bytes', peaks(big), '≤ 1 GiB');
}

/** As the trips of the CSV files: integers, a bigint, times, doubles, a decimal, texts of few, of many and of unique values. */
const columns = `id bigint not null primary key, vendor int not null, passengers smallint, zone_from int, zone_to int,
  started datetime not null, ended timestamp(6) null, distance double, latitude double, longitude double, tip double,
  fare decimal(12,2), payment varchar(20), flag char(1), zone varchar(20), customer varchar(40), token char(32), note text`;

function fillSql(table: string, rows: number): string {
  return `insert into ${table} select seq, seq % 3, seq % 7, seq % 263, (seq * 7) % 263,
    '2001-01-01' + interval seq second, '2001-01-01 00:10:00.123456' + interval seq second, (seq % 5000) / 97e0,
    40 + rand(seq), -73 - rand(seq + 1), (seq % 1000) / 7e0, (seq % 10000) / 100, elt(1 + seq % 3, 'cash', 'card', 'other'),
    elt(1 + seq % 2, 'Y', 'N'), concat('zone ', seq % 263), concat('customer-', seq % 200000), md5(seq),
    if(seq % 5 = 0, concat('a "note", number ', seq), null) from seq_1_to_${rows}`;
}

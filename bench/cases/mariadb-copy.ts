import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DuckDBInstance } from '@duckdb/node-api';

/** The plain way: the server's own client writes a file, which DuckDB turns into Parquet, with as many threads as Assay. */
const [url, table, folder] = process.argv.slice(2);
if (url === undefined || table === undefined || folder === undefined) {
  throw new Error('usage: mariadb-copy.ts URL TABLE FOLDER');
}
const out = mkdtempSync(join(folder, 'copy-'));
const file = join(out, 'rows.tsv');
const { hostname, port, username, password, pathname } = new URL(url);
const started = performance.now();
const target = openSync(file, 'wx');
const login = ['--no-defaults', `--host=${hostname}`, `--port=${port}`, `--user=${username}`];
const client = spawn(
  'mariadb',
  [...login, '--batch', '--quick', `--execute=select * from ${table}`, pathname.slice(1)],
  { stdio: ['ignore', target, 'inherit'], env: { ...process.env, MYSQL_PWD: password } },
);
const [code] = await once(client, 'close');
closeSync(target);
if (code !== 0) throw new Error(`mariadb ended with ${code}`);
const fetchedMs = performance.now() - started;
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
await connection.run(
  `copy (select * from read_csv('${file}', delim = '\t', header = true, quote = '', nullstr = 'NULL'))
   to '${join(out, 'all.parquet')}' (format parquet, compression zstd, compression_level 1)`,
);
console.log(JSON.stringify({ ms: performance.now() - started, fetchedMs }));
rmSync(out, { recursive: true });

import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';

/** One plain download by Amazon's client, and DuckDB's own COPY with the same number of threads and the same compression. */
const [endpoint, key, folder] = process.argv.slice(2);
if (endpoint === undefined || key === undefined || folder === undefined) {
  throw new Error('usage: s3-plain.ts ENDPOINT KEY FOLDER');
}
const out = mkdtempSync(join(folder, 's3-plain-'));
const started = performance.now();
const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: key }));
if (!(Body instanceof Readable)) throw new Error('the body is no stream');
const file = join(out, key);
await pipeline(Body, createWriteStream(file));
const fetchMs = performance.now() - started;
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
await connection.run(
  `copy (select * from read_parquet('${file}')) to '${join(out, 'all.parquet')}' (format parquet, compression zstd, compression_level 1)`,
);
console.log(JSON.stringify({ ms: performance.now() - started, fetchMs }));
rmSync(out, { recursive: true });
process.exit(0);

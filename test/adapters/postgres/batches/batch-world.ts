import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetName, partitionKey } from '../../../../src/base/ids.ts';
import type { Outcome } from '../../../../src/base/outcome.ts';
import { MiB } from '../../../../src/base/units.ts';
import type { Batch } from '../../../../src/core/datasets/revision.ts';
import type { BatchStore } from '../../../../src/ports/batch-store.ts';
import type { PostgresServer } from '../../../support/postgres-server.ts';

export const dataset = 'flights' as DatasetName;

/** Bytes that tell where they are from: no piece equals another. */
export function bytesOf(seed: string, sizeBytes: number): Buffer {
  const block = Buffer.from(createHash('sha512').update(seed).digest('hex'));
  const bytes = Buffer.alloc(sizeBytes, block);
  for (let at = 0; at + 8 <= sizeBytes; at += 4096) bytes.writeBigUInt64LE(BigInt(at), at);
  return bytes;
}

export function checksumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Stores one batch of given bytes as an attempt does. */
export async function storeBytes(
  store: BatchStore,
  attempt: string,
  bytes: Uint8Array,
): Promise<Outcome<readonly Batch[]>> {
  await using staging = await store.stage();
  const path = join(staging.directory, '0.parquet');
  await writeFile(path, bytes);
  const staged = { path, rowCount: 1, sizeBytes: bytes.byteLength, checksum: checksumOf(bytes) };
  return await store.store({
    revision: { dataset, partition: partitionKey('2001') },
    attempt,
    batches: [staged],
  });
}

/** The same, where nothing may go wrong. */
export async function storedBytes(store: BatchStore, attempt: string, bytes: Uint8Array): Promise<Batch> {
  const outcome = await storeBytes(store, attempt, bytes);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  const [batch] = outcome.value;
  assert.ok(batch);
  return batch;
}

export async function bytesIn(store: BatchStore, batch: Batch): Promise<Buffer> {
  const opened = await store.open(batch);
  assert.ok(opened.ok, JSON.stringify(opened));
  await using local = opened.value;
  return await readFile(local.path);
}

/** A file of many bytes that were never in memory together. */
export async function writeLarge(path: string, sizeBytes: number): Promise<string> {
  await using file = await open(path, 'w');
  const hash = createHash('sha256');
  for (let written = 0; written < sizeBytes; written += MiB) {
    const piece = bytesOf(String(written), MiB);
    hash.update(piece);
    await file.write(piece);
  }
  return hash.digest('hex');
}

/** What the tables hold: batches, their pieces, and pieces of no batch. */
export async function counted(
  server: PostgresServer,
  url: string,
): Promise<{ batches: number; pieces: number }> {
  const [row] = await server.asSuperuser<{ batches: number; pieces: number }>(
    url,
    `select (select count(*)::integer from stored_batch) as batches,
      (select count(*)::integer from batch_piece) as pieces`,
  );
  assert.ok(row);
  return row;
}

/** Holds up every store at its piece `position`, until its connection or the server is gone. */
export async function holdUpAt(server: PostgresServer, url: string, position: number): Promise<void> {
  await server.asSuperuser(
    url,
    `create or replace function hold_up() returns trigger language plpgsql as $$
    begin perform pg_sleep(3600); return new; end $$;
    create or replace trigger hold_up before insert on batch_piece for each row
      when (new.position = ${position}) execute function hold_up()`,
  );
}

/** The connections that are held up. */
export async function heldUp(server: PostgresServer, url: string): Promise<number[]> {
  const found = await server.asSuperuser<{ pid: number }>(
    url,
    `select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
  );
  return found.map(({ pid }) => pid);
}

/** Who comes from now on is not held up. The function is replaced, because those who are hold a lock on the table. */
export async function letGo(server: PostgresServer, url: string): Promise<void> {
  await server.asSuperuser(
    url,
    'create or replace function hold_up() returns trigger language plpgsql as $$ begin return new; end $$',
  );
}

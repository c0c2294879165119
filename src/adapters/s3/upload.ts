import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { assert } from '../../base/assert.ts';
import { limits } from '../../base/limits.ts';
import { s3FaultOf } from './s3-fault.ts';
import { repeatedly, type S3Store } from './s3-store.ts';

export type Upload = {
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/**
 * Stores a file under a key, unless something stands there: then false. An object appears whole or not at all; the store
 * compares the bytes that arrive with their MD5. Large files go in parts, each of which is tried again by itself, so that
 * no more than one is in memory.
 */
export async function upload(store: S3Store, request: Upload): Promise<boolean> {
  await using file = await open(request.path, 'r');
  const action = request.sizeBytes <= limits.s3PartBytes ? put : putInParts;
  try {
    return await unlessTaken((condition) => action(store, { ...request, file, condition }));
  } catch (error) {
    // An older store may not know the condition; whether the key is taken was asked before.
    if (!isUnknown(error)) throw error;
    return await unlessTaken(() => action(store, { ...request, file, condition: {} }));
  }
}

type Condition = { readonly IfNoneMatch?: '*' };
type Work = Upload & { readonly file: FileHandle; readonly condition: Condition };

async function unlessTaken(action: (condition: Condition) => Promise<void>): Promise<boolean> {
  try {
    await action({ IfNoneMatch: '*' });
    return true;
  } catch (error) {
    if (s3FaultOf(error).kind === 'changed') return false;
    throw error;
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotImplemented';
}

async function put(store: S3Store, work: Work): Promise<void> {
  const { key, sizeBytes, metadata, signal, condition } = work;
  const bytes = await bytesAt(work.file, { start: 0, end: sizeBytes });
  const command = new PutObjectCommand({
    Bucket: store.bucket,
    Key: key,
    Body: bytes,
    ContentLength: bytes.byteLength,
    ContentMD5: md5(bytes),
    Metadata: metadata,
    ...condition,
  });
  await repeatedly(store, signal, () => store.client.send(command, { abortSignal: signal }));
}

async function putInParts(store: S3Store, work: Work): Promise<void> {
  const { client, bucket } = store;
  const { key, metadata, signal, condition } = work;
  const ask = { abortSignal: signal };
  const object = { Bucket: bucket, Key: key };
  const { UploadId } = await repeatedly(store, signal, () =>
    client.send(new CreateMultipartUploadCommand({ ...object, Metadata: metadata }), ask),
  );
  assert(UploadId !== undefined, 'an upload has an id');
  const ofUpload = { ...object, UploadId };
  try {
    const parts: CompletedPart[] = [];
    for (let start = 0; start < work.sizeBytes; start += limits.s3PartBytes) {
      const end = Math.min(work.sizeBytes, start + limits.s3PartBytes);
      const bytes = await bytesAt(work.file, { start, end });
      const PartNumber = parts.length + 1;
      const part = { ...ofUpload, PartNumber, ContentLength: bytes.byteLength, ContentMD5: md5(bytes) };
      const { ETag } = await repeatedly(store, signal, () =>
        client.send(new UploadPartCommand({ ...part, Body: bytes }), ask),
      );
      parts.push({ PartNumber, ETag });
    }
    const whole = { ...ofUpload, MultipartUpload: { Parts: parts }, ...condition };
    await repeatedly(store, signal, () => client.send(new CompleteMultipartUploadCommand(whole), ask));
  } catch (error) {
    // Parts that nobody completes cost space; what can not be removed now, a rule of the bucket removes.
    await client.send(new AbortMultipartUploadCommand(ofUpload), ask).catch(() => undefined);
    throw error;
  }
}

async function bytesAt(file: FileHandle, range: { start: number; end: number }): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(range.end - range.start);
  let filled = 0;
  while (filled < bytes.byteLength) {
    const left = bytes.byteLength - filled;
    const { bytesRead } = await file.read(bytes, filled, left, range.start + filled);
    assert(bytesRead > 0, 'a staged file does not shrink');
    filled += bytesRead;
  }
  return bytes;
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}

/** The size of a file's bytes and their SHA-256, hexadecimal. */
export async function seenOf(path: string): Promise<{ sizeBytes: number; checksum: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(createReadStream(path, { highWaterMark: limits.batchPieceBytes }), async (pieces) => {
    for await (const piece of pieces) {
      hash.update(piece);
      sizeBytes += piece.length;
    }
  });
  return { sizeBytes, checksum: hash.digest('hex') };
}

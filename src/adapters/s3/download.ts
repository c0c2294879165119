import { type FileHandle, open } from 'node:fs/promises';
import { addAbortSignal, Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { assert } from '../../base/assert.ts';
import { limits } from '../../base/limits.ts';
import { repeatedly, type S3Store } from './s3-store.ts';

export type Download = {
  readonly key: string;
  /** What the object must still be. */
  readonly tag?: string | undefined;
  readonly version?: string | undefined;
  readonly sizeBytes: number;
  /** A file that does not exist yet. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly onBytes?: ((bytes: number) => void) | undefined;
};

/** The object is another one than was asked for. */
class ObjectChanged extends Error {
  override readonly name = 'PreconditionFailed';
}

/**
 * Writes an object into a file by ranges, some at once, each straight to its place: memory does not grow with the object.
 * A range whose connection breaks goes on where it was. Every answer must be of the same object: one that was replaced
 * meanwhile is `ObjectChanged`; where the store keeps versions, the one that was begun is read to its end.
 */
export async function download(store: S3Store, request: Download): Promise<void> {
  await using file = await open(request.path, 'wx', 0o600);
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const [first, ...others] = rangesOf(request.sizeBytes);
  if (first === undefined) return;
  const work: Work = { store, request: { ...request, signal }, file, version: request.version };
  // Alone, since it tells the version that all others are to be of.
  await fetchRange(work, first);
  const left = others.values();
  const fetchRest = async (): Promise<void> => {
    for (const range of left) await fetchRange(work, range);
  };
  const workers = Array.from({ length: limits.s3RangesAtOnce }, fetchRest);
  try {
    await Promise.all(workers);
  } catch (error) {
    stop.abort(error);
    // Nobody may write into the file after it is closed.
    await Promise.allSettled(workers);
    throw error;
  }
}

type Range = { readonly start: number; readonly end: number };

type Work = {
  readonly store: S3Store;
  readonly request: Download;
  readonly file: FileHandle;
  version: string | undefined;
};

function rangesOf(sizeBytes: number): readonly Range[] {
  const count = Math.ceil(sizeBytes / limits.s3RangeBytes);
  if (count === 0) return [{ start: 0, end: 0 }];
  return Array.from({ length: count }, (_, at) => ({
    start: at * limits.s3RangeBytes,
    end: Math.min(sizeBytes, (at + 1) * limits.s3RangeBytes),
  }));
}

async function fetchRange(work: Work, range: Range): Promise<void> {
  let at = range.start;
  await repeatedly(work.store, work.request.signal, async (progressed) => {
    const answer = await ask(work, { start: at, end: range.end });
    work.version ??= answer.VersionId;
    for await (const bytes of bodyOf(answer, work.request.signal)) {
      assert(bytes instanceof Uint8Array, 'bodies are bytes');
      if (at + bytes.byteLength > range.end) throw new ObjectChanged(`more than ${range.end} bytes came`);
      await writeAll(work.file, bytes, at);
      at += bytes.byteLength;
      progressed();
      work.request.onBytes?.(bytes.byteLength);
    }
    if (at < range.end) throw new CutOff('the connection ended before the object did: premature close');
  });
}

class CutOff extends Error {
  readonly code = 'ECONNRESET';
}

async function ask(work: Work, { start, end }: Range): Promise<GetObjectCommandOutput> {
  const { key, tag, sizeBytes, signal } = work.request;
  const { client, bucket } = work.store;
  const isWhole = start === 0 && end === sizeBytes;
  const answer = await client.send(
    new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(isWhole ? {} : { Range: `bytes=${start}-${end - 1}` }),
      ...(tag === undefined ? {} : { IfMatch: tag }),
      ...(work.version === undefined ? {} : { VersionId: work.version }),
    }),
    { abortSignal: signal },
  );
  const problem = differenceOf(answer, { start, end, sizeBytes, tag, isWhole });
  if (problem === undefined) return answer;
  if (answer.Body instanceof Readable) answer.Body.destroy();
  throw new ObjectChanged(problem);
}

/** Not every store knows conditions and ranges: what comes is compared with what was asked for. */
function differenceOf(
  answer: GetObjectCommandOutput,
  asked: Range & { readonly sizeBytes: number; readonly tag: string | undefined; readonly isWhole: boolean },
): string | undefined {
  const { start, end, sizeBytes, tag, isWhole } = asked;
  if (tag !== undefined && answer.ETag !== undefined && answer.ETag !== tag)
    return `its tag is ${answer.ETag}`;
  if (isWhole) {
    return answer.ContentLength === undefined || answer.ContentLength === sizeBytes
      ? undefined
      : `it has ${answer.ContentLength} bytes`;
  }
  const range = `bytes ${start}-${end - 1}/${sizeBytes}`;
  return answer.ContentRange === range
    ? undefined
    : `${answer.ContentRange ?? 'all of it'} came for ${range}`;
}

/** Ends with the signal, in the middle of the answer too. */
function bodyOf({ Body }: GetObjectCommandOutput, signal: AbortSignal): Readable {
  assert(Body instanceof Readable, 'a body is a stream in Node');
  return addAbortSignal(signal, Body);
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.byteLength; ) {
    const left = bytes.byteLength - written;
    written += (await file.write(bytes, written, left, position + written)).bytesWritten;
  }
}

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { formatBytes } from '../../base/units.ts';
import type { RemoteFile } from '../../core/datasets/source.ts';
import type { Clock } from '../../ports/clock.ts';
import { decodedBody, isEncoded } from './body.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.ts';
import { failureOfStatus, shownAddress } from './http-failure.ts';

/** What a server says of a file without sending it. */
export type FileMarks = Pick<RemoteFile, 'sizeBytes' | 'modifiedAtMs' | 'tag'>;

type Look = Omit<HttpRequest, 'method' | 'headers'>;

export type LookParts = {
  readonly client: HttpClient;
  readonly clock: Clock;
  /** Bytes that may still be read to tell files apart whose server says nothing of them. */
  readonly budget: { hashedBytes: number };
};

/**
 * Looks whether a file is there, and by what it can be told from a later one; undefined when it is not. Servers that do not
 * know HEAD are asked for its first byte. One that gives neither an entity tag nor a time of change is read, within a limit,
 * and its content is the tag.
 */
export async function lookAt(parts: LookParts, look: Look): Promise<FileMarks | undefined> {
  const head = await parts.client.send({ ...look, method: 'HEAD' });
  head.body.resume();
  if (head.status === 404 || head.status === 410) return undefined;
  const marks = isHeadUnknown(head.status)
    ? await firstByte(parts, look)
    : marksOf(ok(parts, head, look).headers);
  if (marks === undefined || marks.tag !== undefined || marks.modifiedAtMs !== undefined) return marks;
  return await hashed(parts, look);
}

/** 403 may be an answer to HEAD alone: addresses that are signed for GET. */
function isHeadUnknown(status: number): boolean {
  return status === 405 || status === 501 || status === 400 || status === 403;
}

async function firstByte(parts: LookParts, look: Look): Promise<FileMarks | undefined> {
  const answer = await parts.client.send({ ...look, method: 'GET', headers: { range: 'bytes=0-0' } });
  // Of a server without ranges this would be all of the file.
  answer.close();
  if (answer.status === 404 || answer.status === 410) return undefined;
  // An empty file has no first byte.
  if (answer.status === 416) return marksOf(answer.headers, 0);
  const total = /\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
  const marks = marksOf(ok(parts, answer, look).headers);
  if (answer.status !== 206) return marks;
  const { sizeBytes: _, ...rest } = marks;
  return total === undefined ? rest : { ...rest, sizeBytes: Number(total) };
}

function ok({ clock }: LookParts, answer: HttpAnswer, { address }: Look): HttpAnswer {
  if (answer.status === 200 || answer.status === 206) return answer;
  const retryAfter = answer.headers['retry-after'];
  throw new FailureError(failureOfStatus(answer.status, { address, retryAfter, now: clock.now() }));
}

/** What headers say of a file. A size that is that of an encoding says nothing of the file. */
export function marksOf(headers: IncomingHttpHeaders, size?: number): FileMarks {
  const { etag, 'last-modified': lastModified = '', 'content-length': length } = headers;
  const modifiedAtMs = Date.parse(lastModified);
  const told =
    length !== undefined && /^\d{1,15}$/.test(length) && !isEncoded(headers) ? Number(length) : undefined;
  const sizeBytes = size ?? told;
  return {
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(Number.isFinite(modifiedAtMs) ? { modifiedAtMs } : {}),
    ...(etag === undefined || etag === '' ? {} : { tag: etag.slice(0, tagCharactersMax) }),
  };
}

const tagCharactersMax = 500;
const hashTag = 'sha256:';

/** Whether a tag was made of the content, for want of anything else. */
export function isContentTag(tag: string | undefined): boolean {
  return tag?.startsWith(hashTag) === true;
}

export function contentTag(digest: string): string {
  return hashTag + digest;
}

async function hashed(parts: LookParts, look: Look): Promise<FileMarks> {
  const answer = ok(parts, await parts.client.send({ ...look, method: 'GET' }), look);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of decodedBody(answer, { ...look, clock: parts.clock })) {
      sizeBytes += chunk.length;
      parts.budget.hashedBytes -= chunk.length;
      if (parts.budget.hashedBytes < 0) throw tooMuchToHash(look);
      hash.update(chunk);
    }
  } finally {
    answer.close();
  }
  return { sizeBytes, tag: contentTag(hash.digest('hex')) };
}

function tooMuchToHash({ address }: Look): FailureError {
  const most = formatBytes(limits.httpHashedBytesMax);
  const where = shownAddress(address);
  const message = `the server of ${where} says of its files neither ETag nor Last-Modified, and they are larger than ${most} together`;
  const hint =
    'without either, files must be read each time to see whether they changed; let the server send one of them';
  return new FailureError(failure('SOURCE_LIMIT', message, { hint, where }));
}

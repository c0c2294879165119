import { open } from 'node:fs/promises';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { formatBytes, minute } from '../../base/units.ts';
import type { RemoteFile } from '../../core/datasets/source.ts';
import { backoffMs } from '../../core/resilience/backoff.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import { decodedBody, isEncoded } from './body.ts';
import { GrowingFile } from './growing-file.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { failureOfStatus, shownAddress } from './http-failure.ts';
import { contentTag, isContentTag, marksOf } from './look-at.ts';

export type FileFetch = {
  readonly address: string;
  readonly ownHeaders: Readonly<Record<string, string>>;
  readonly file: RemoteFile;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
};

export type FetchParts = { readonly client: HttpClient; readonly clock: Clock; readonly random: Random };

/**
 * Writes a file that was listed to a path. What breaks off is taken up where it ended (`Range` with `If-Range`), if the server
 * can tell that the file is still the same; otherwise it begins anew. Gives up after a few tries that bring nothing. Throws a
 * `FailureError`: `SOURCE_CHANGED` when it is not the file any more that was listed.
 */
export async function fetchFile(parts: FetchParts, request: FileFetch): Promise<void> {
  await using target = await open(request.path, 'wx');
  const { tag } = request.file;
  const writing: Writing = {
    file: new GrowingFile(target, { isHashed: isContentTag(tag) }),
    mayResume: false,
  };
  let inVain = 0;
  for (;;) {
    const before = writing.file.size;
    try {
      await takeUp(parts, request, writing);
      break;
    } catch (error) {
      request.signal.throwIfAborted();
      if (!(error instanceof FailureError) || error.failure.code !== 'SOURCE_UNAVAILABLE') throw error;
      // Who says when to come again is not asked before.
      if (error.failure.retryAfterMs !== undefined) throw error;
      inVain = writing.file.size > before ? 0 : inVain + 1;
      if (inVain >= limits.httpTriesInVain) throw error;
      await parts.clock.sleep(backoffMs(retryRule, inVain + 1, parts.random.next()), request.signal);
      request.signal.throwIfAborted();
      if (!writing.mayResume) await writing.file.startAnew();
    }
  }
  if (isContentTag(tag) && tag !== contentTag(writing.file.digest() ?? '')) {
    throw changed(request, 'its content is another');
  }
}

type Writing = {
  readonly file: GrowingFile;
  /** Whether the server said what makes it safe to go on where it ended. */
  mayResume: boolean;
};

const retryRule = { baseMs: limits.retryBaseMs, capMs: limits.retryCapMs };

async function takeUp({ client, clock }: FetchParts, request: FileFetch, writing: Writing): Promise<void> {
  const { address, signal, onBytes } = request;
  const resumed =
    writing.mayResume && writing.file.size > 0 ? rangeOf(request, writing.file.size, clock.now()) : undefined;
  const { ownHeaders } = request;
  const answer = await client.send({
    method: 'GET',
    address,
    ownHeaders,
    signal,
    ...(resumed ? { headers: resumed } : {}),
  });
  try {
    const isPart = answer.status === 206;
    if (answer.status === 416 && resumed !== undefined) throw changed(request, 'it is shorter now');
    if (!isPart && answer.status !== 200) {
      const retryAfter = answer.headers['retry-after'];
      throw new FailureError(failureOfStatus(answer.status, { address, retryAfter, now: clock.now() }));
    }
    checkUnchanged(request, answer, isPart);
    if (isPart && !continuesAt(answer, writing.file.size)) throw changed(request, 'another part of it came');
    // Without `If-Range` being honoured all of it comes again.
    if (!isPart) await writing.file.startAnew();
    writing.mayResume = validatorOf(answer) !== undefined && !isEncoded(answer.headers);
    for await (const chunk of decodedBody(answer, { address, signal, clock })) {
      if (writing.file.size + chunk.length > limits.httpFileBytesMax) throw tooLarge(request);
      await writing.file.add(chunk);
      onBytes?.(chunk.length);
    }
    await writing.file.flush();
  } finally {
    answer.close();
  }
}

/** `If-Range` takes strong validators alone (RFC 9110, 13.1.5). */
function rangeOf(
  { file }: FileFetch,
  from: number,
  now: number,
): Readonly<Record<string, string>> | undefined {
  const range = `bytes=${from}-`;
  const { tag, modifiedAtMs } = file;
  if (tag !== undefined && !tag.startsWith('W/') && !isContentTag(tag)) return { range, 'if-range': tag };
  // A time is strong when the file can not have changed twice within it.
  if (modifiedAtMs === undefined || now - modifiedAtMs < minute) return undefined;
  return { range, 'if-range': new Date(modifiedAtMs).toUTCString() };
}

function validatorOf({ headers }: HttpAnswer): string | undefined {
  const { etag, 'last-modified': lastModified } = headers;
  return etag?.startsWith('W/') === true ? lastModified : (etag ?? lastModified);
}

function continuesAt({ headers }: HttpAnswer, from: number): boolean {
  return new RegExp(`^bytes ${from}-`).test(headers['content-range'] ?? '');
}

/** Whatever the answer says of the file must be what the listing said of it. */
function checkUnchanged(request: FileFetch, { headers }: HttpAnswer, isPart: boolean): void {
  const { file } = request;
  const now = marksOf(headers);
  const pairs = [
    ['ETag', isContentTag(file.tag) ? undefined : file.tag, now.tag],
    ['Last-Modified', file.modifiedAtMs, now.modifiedAtMs],
    ['Content-Length', file.sizeBytes, isPart ? undefined : now.sizeBytes],
  ] as const;
  for (const [name, listed, told] of pairs) {
    if (listed === undefined || told === undefined || listed === told) continue;
    throw changed(request, `its ${name} is ${told}, and was ${listed}`);
  }
}

function changed({ address }: FileFetch, cause: string): FailureError {
  const where = shownAddress(address);
  return new FailureError(
    failure('SOURCE_CHANGED', `${where} is no longer the file that was listed`, { where, cause }),
  );
}

function tooLarge({ address }: FileFetch): FailureError {
  const where = shownAddress(address);
  const message = `${where} is larger than ${formatBytes(limits.httpFileBytesMax)}`;
  return new FailureError(failure('SOURCE_LIMIT', message, { where, hint: 'publish it in several files' }));
}

import type { IncomingHttpHeaders } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpAnswer } from './http-client.ts';
import { failureOfConnection, shownAddress } from './http-failure.ts';

/** Whether the body is sent in another form than the file has. */
export function isEncoded(headers: IncomingHttpHeaders): boolean {
  return encodingOf(headers) !== 'identity';
}

function encodingOf(headers: IncomingHttpHeaders): string {
  const encoding = headers['content-encoding']?.trim().toLowerCase();
  return encoding === undefined || encoding === '' ? 'identity' : encoding;
}

type Reading = {
  readonly address: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
};

/**
 * The bytes of a file as they lie on the server. Ends with a `FailureError` when the connection breaks, when less arrives than
 * was promised, or next to nothing for a while. A packed file (`data.csv.gz`) that the server calls encoded is left as it is:
 * that is what servers say of files with that ending.
 */
export async function* decodedBody(answer: HttpAnswer, reading: Reading): AsyncGenerator<Buffer> {
  const { address, signal } = reading;
  const over = new AbortController();
  const watched = watch(answer, reading, over.signal);
  const decoder = decoderOf(answer.headers, address);
  try {
    const stream = decoder === undefined ? answer.body : piped(answer.body, decoder);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      watched.came(chunk.length);
      yield chunk;
    }
    if (!answer.body.complete) throw new Error('the connection ended before the file did');
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailureError) throw error;
    const slow = watched.slow();
    if (decoder !== undefined && slow === undefined && isBadData(error)) throw undecodable(address, error);
    throw new FailureError(failureOfConnection(slow ?? error, address));
  } finally {
    over.abort();
    answer.close();
  }
}

/** Data that are wrong, unlike a connection that broke. */
function isBadData(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(?:Z_DATA_ERROR|Z_NEED_DICT|ERR__ERROR|ZSTD_error)/.test(code);
}

function piped(body: Readable, decoder: Transform): Readable {
  pipeline(body, decoder, () => undefined);
  return decoder;
}

function decoderOf(headers: IncomingHttpHeaders, address: string): Transform | undefined {
  const encoding = encodingOf(headers);
  switch (encoding) {
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return /\.gz$/i.test(shownAddress(address)) ? undefined : createGunzip();
    case 'zstd':
      return /\.zst$/i.test(shownAddress(address)) ? undefined : createZstdDecompress();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default: {
      const where = shownAddress(address);
      const message = `${where} is sent in the encoding ${encoding.slice(0, 50)}, which nobody asked for`;
      throw new FailureError(failure('SOURCE_UNREADABLE', message, { where }));
    }
  }
}

function undecodable(address: string, cause: unknown): FailureError {
  const where = shownAddress(address);
  return new FailureError(
    failure('SOURCE_UNREADABLE', `what ${where} sends can not be decoded`, { where, cause }),
  );
}

/** Ends a body of which hardly anything arrives: one that trickles would hold its place for hours. */
function watch(
  { body }: HttpAnswer,
  { signal, clock }: Reading,
  over: AbortSignal,
): { came(bytes: number): void; slow(): Error | undefined } {
  let received = 0;
  let slow: Error | undefined;
  const abort = (): void => void body.destroy(new Error('the request was given up'));
  signal.addEventListener('abort', abort, { once: true });
  over.addEventListener('abort', () => signal.removeEventListener('abort', abort), { once: true });
  void (async () => {
    while (!over.aborted) {
      const before = received;
      await clock.sleep(limits.httpSilenceMs, over);
      if (over.aborted || received - before >= limits.httpSlowBytesMin) continue;
      slow = new Error(`${received - before} bytes came in ${limits.httpSilenceMs} ms`);
      body.destroy(slow);
      return;
    }
  })();
  return {
    came: (bytes) => {
      received += bytes;
    },
    slow: () => slow,
  };
}

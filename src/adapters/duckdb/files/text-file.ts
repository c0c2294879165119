import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { PassThrough, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FailureError, failure } from '../../../base/errors.ts';
import { fileFailure } from './check-files.ts';
import { type Compression, compressionOf, compressionOfName, decompressor } from './compression.ts';

/** A file of text as it lies there: how it is packed and encoded. */
export type TextFile = {
  readonly path: string;
  readonly sizeBytes: number;
  readonly compression: Compression;
  readonly encoding: TextEncoding;
};

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin-1';

/** The start of a text file, decoded. */
export type TextHead = { readonly text: string; readonly isWhole: boolean };

/** A file whose name promises an encoding or compression that its bytes do not keep. Throws `FailureError`. */
export async function inspectText(
  file: { readonly path: string; readonly sizeBytes: number },
  encoding: 'utf-8' | 'utf-16' | 'latin-1' | undefined,
): Promise<TextFile> {
  const compression = await packingOf(file.path);
  const promised = compressionOfName(file.path);
  if (promised !== 'none' && compression === 'none' && file.sizeBytes > 0) {
    throw new FailureError(
      failure(
        'SOURCE_UNREADABLE',
        `${basename(file.path)} is not a ${promised} file, though its name says so`,
        {
          where: file.path,
        },
      ),
    );
  }
  const raw: TextFile = { ...file, compression, encoding: 'utf-8' };
  const start = await firstBytes(raw, 4);
  return { ...raw, encoding: encodingOf(start, encoding) };
}

async function packingOf(path: string): Promise<Compression> {
  try {
    await using handle = await open(path, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return compressionOf(buffer.subarray(0, bytesRead));
  } catch (thrown) {
    throw new FailureError(fileFailure(path, thrown));
  }
}

function encodingOf(start: Buffer, told: 'utf-8' | 'utf-16' | 'latin-1' | undefined): TextEncoding {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  if (told === 'utf-16') return start[0] === 0 ? 'utf-16be' : 'utf-16le';
  return told ?? 'utf-8';
}

/** The start of a file, `bytes` long at least when the file is that long, decoded. */
export async function readHead(file: TextFile, bytes: number): Promise<TextHead> {
  const start = await firstBytes(file, bytes + 1);
  const text = start.subarray(0, bytes).toString('utf8');
  return { text: text.startsWith('\ufeff') ? text.slice(1) : text, isWhole: start.length <= bytes };
}

/** Up to `bytes` bytes of the file's start, unpacked and in UTF-8. */
async function firstBytes(file: TextFile, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const isPlain = file.compression === 'none' && file.encoding === 'utf-8';
  if (isPlain) {
    await using handle = await open(file.path, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  }
  await readText(file, (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    return length < bytes;
  });
  return Buffer.concat(chunks).subarray(0, bytes);
}

/**
 * Hands the file's text on, piece by piece, unpacked and in UTF-8, until `take` returns false or the file ends. Throws
 * `FailureError` for a file that is damaged or ends early.
 */
export async function readText(
  file: TextFile,
  take: (chunk: Buffer) => boolean | Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  const stream = textStream(file, signal);
  try {
    for await (const chunk of stream) {
      if (!(await take(chunk as Buffer))) break;
    }
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    if (thrown instanceof FailureError) throw thrown;
    throw new FailureError(streamFailure(file, thrown));
  }
}

function textStream(file: TextFile, signal: AbortSignal | undefined): Readable {
  const steps = [decompressor(file.compression), decoder(file.encoding)].filter((step) => step !== undefined);
  const source = createReadStream(file.path, { highWaterMark: 1024 * 1024 });
  const end = new PassThrough();
  // Errors of every step arrive at the end, whose reader sees them.
  pipeline([source, ...steps, end], signal === undefined ? {} : { signal }).catch((error: Error) => {
    end.destroy(error);
  });
  return end;
}

function streamFailure(file: TextFile, thrown: unknown): ReturnType<typeof failure> {
  const isPacked = file.compression !== 'none';
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (isPacked && code === 'Z_BUF_ERROR') {
    return failure(
      'SOURCE_UNREADABLE',
      `${basename(file.path)} is truncated: its ${file.compression} data end early`,
      {
        where: file.path,
        hint: 'copy it again from where it comes from',
      },
    );
  }
  if (isPacked && (code.startsWith('Z_') || code.startsWith('ZSTD_'))) {
    return failure(
      'SOURCE_UNREADABLE',
      `${basename(file.path)} is damaged: its ${file.compression} data are not valid`,
      {
        where: file.path,
        hint: 'copy it again from where it comes from',
        cause: thrown,
      },
    );
  }
  return fileFailure(file.path, thrown);
}

function decoder(encoding: TextEncoding): Transform | undefined {
  if (encoding === 'utf-8') return undefined;
  const decode = encoding === 'latin-1' ? latin1 : utf16(encoding);
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, Buffer.from(decode(chunk), 'utf8')),
    flush: (done) => done(null, Buffer.from(decode(undefined), 'utf8')),
  });
}

function latin1(chunk: Buffer | undefined): string {
  return chunk === undefined ? '' : chunk.toString('latin1');
}

function utf16(encoding: 'utf-16le' | 'utf-16be'): (chunk: Buffer | undefined) => string {
  const text = new TextDecoder(encoding);
  return (chunk) => (chunk === undefined ? text.decode() : text.decode(chunk, { stream: true }));
}

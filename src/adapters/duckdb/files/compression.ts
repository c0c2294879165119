import { Transform, type TransformCallback } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/** How the bytes of a text file are packed, by their first bytes and not by the file's name. */
export type Compression = 'none' | 'gzip' | 'zstd';

const signatures: readonly (readonly [Compression, Buffer])[] = [
  ['gzip', Buffer.of(0x1f, 0x8b)],
  ['zstd', Buffer.of(0x28, 0xb5, 0x2f, 0xfd)],
];

/** The compression that the first bytes of a file show. */
export function compressionOf(start: Buffer): Compression {
  return signatures.find(([, bytes]) => start.subarray(0, bytes.length).equals(bytes))?.[0] ?? 'none';
}

/** The compression that a file's name promises. */
export function compressionOfName(path: string): Compression {
  if (path.endsWith('.gz')) return 'gzip';
  return path.endsWith('.zst') ? 'zstd' : 'none';
}

/** A stream that unpacks. Unlike DuckDB's readers, it fails on a file that ends early. */
export function decompressor(compression: Compression): Transform | undefined {
  switch (compression) {
    case 'gzip':
      return createGunzip({ chunkSize: chunkBytes });
    case 'zstd':
      return new ZstdFrames();
    case 'none':
      return undefined;
  }
}

const chunkBytes = 256 * 1024;

/** Node's decompressor ends at a frame that input follows in the same piece; files may have several frames. */
class ZstdFrames extends Transform {
  #frame = this.#begin();

  #begin(): ReturnType<typeof createZstdDecompress> {
    const frame = createZstdDecompress({ chunkSize: chunkBytes });
    // A few bytes may unpack to gigabytes: no more is unpacked than is read.
    frame.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) frame.pause();
    });
    frame.on('error', (error) => this.destroy(error));
    return frame;
  }

  override _read(size: number): void {
    this.#frame.resume();
    super._read(size);
  }

  override _transform(chunk: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    const before = this.#frame.bytesWritten;
    this.#frame.write(chunk, (error) => {
      if (error) return done(error);
      const taken = this.#frame.bytesWritten - before;
      if (taken === 0 || taken >= chunk.length) return done();
      this.#frame = this.#begin();
      return this._transform(chunk.subarray(taken), encoding, done);
    });
  }

  override _flush(done: TransformCallback): void {
    this.#frame.on('end', () => done());
    this.#frame.end();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#frame.destroy();
    done(error);
  }
}

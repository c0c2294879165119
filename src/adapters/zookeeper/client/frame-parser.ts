import { MiB } from '../../../base/units.ts';
import { MalformedFrame } from './jute-reader.ts';

/** Bytes of a frame that is too large which are kept: the head of a reply, which says whose reply it is. */
const headBytes = 16;

/** No reply of any server is as long; a length beyond it is no length. */
const lengthMax = 1_024 * MiB;

/**
 * Cuts a stream of bytes into frames, each with four bytes of length before it. A frame that lies within one chunk is
 * passed on where it lies; one that spans several is gathered once, into a buffer of its length.
 */
export class FrameParser {
  readonly #frameBytesMax: number;
  readonly #onFrame: (frame: Buffer, wholeBytes: number) => void;
  readonly #prefix = Buffer.alloc(4);
  #prefixFilled = 0;
  /** The frame that is gathered, how much of it has come, and how long it is in the stream. */
  #gathered: Buffer | undefined;
  #filled = 0;
  #wholeBytes = 0;

  /** `onFrame` gets each frame and its length in the stream: of a frame longer than `frameBytesMax` only its head. */
  constructor(frameBytesMax: number, onFrame: (frame: Buffer, wholeBytes: number) => void) {
    this.#frameBytesMax = frameBytesMax;
    this.#onFrame = onFrame;
  }

  /** Takes the next bytes. Throws `MalformedFrame` for a length that can be none. */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      offset =
        this.#gathered === undefined
          ? this.#start(chunk, offset)
          : this.#gather(this.#gathered, chunk, offset);
    }
  }

  #start(chunk: Buffer, offset: number): number {
    if (this.#prefixFilled > 0 || chunk.length - offset < 4) {
      const copied = chunk.copy(this.#prefix, this.#prefixFilled, offset);
      this.#prefixFilled += copied;
      if (this.#prefixFilled === 4) {
        this.#prefixFilled = 0;
        this.#open(this.#prefix.readInt32BE(0));
      }
      return offset + copied;
    }
    const length = chunk.readInt32BE(offset);
    const [start, end] = [offset + 4, offset + 4 + length];
    if (length > 0 && length <= this.#frameBytesMax && end <= chunk.length) {
      this.#onFrame(chunk.subarray(start, end), length);
      return end;
    }
    this.#open(length);
    return start;
  }

  #open(length: number): void {
    if (length <= 0 || length > lengthMax) throw new MalformedFrame(`a frame of ${length} bytes`);
    this.#wholeBytes = length;
    this.#filled = 0;
    this.#gathered = Buffer.allocUnsafe(length > this.#frameBytesMax ? Math.min(headBytes, length) : length);
  }

  #gather(frame: Buffer, chunk: Buffer, offset: number): number {
    const taken = Math.min(chunk.length - offset, this.#wholeBytes - this.#filled);
    if (this.#filled < frame.length) chunk.copy(frame, this.#filled, offset, offset + taken);
    this.#filled += taken;
    if (this.#filled === this.#wholeBytes) {
      this.#gathered = undefined;
      this.#onFrame(frame, this.#wholeBytes);
    }
    return offset + taken;
  }
}

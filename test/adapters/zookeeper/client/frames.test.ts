import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FrameParser } from '../../../../src/adapters/zookeeper/client/frame-parser.ts';
import { JuteReader, MalformedFrame } from '../../../../src/adapters/zookeeper/client/jute-reader.ts';
import { JuteWriter } from '../../../../src/adapters/zookeeper/client/jute-writer.ts';
import { readMulti } from '../../../../src/adapters/zookeeper/client/multi.ts';
import { frame } from '../../../support/zookeeper/scripted-server.ts';

const frameBytesMax = 64;

/** The frames of a stream that comes in these chunks, each with its length in the stream. */
function parse(chunks: readonly Buffer[]): readonly (readonly [string, number])[] {
  const frames: (readonly [string, number])[] = [];
  const parser = new FrameParser(frameBytesMax, (bytes, whole) =>
    frames.push([bytes.toString('hex'), whole]),
  );
  for (const chunk of chunks) parser.push(chunk);
  return frames;
}

const bodies = [1, 3, 4, 5, 15, 16, 17, 63, 64, 65, 200].map((length) => Buffer.alloc(length, length));
const stream = Buffer.concat(
  bodies.map((body) => frame((writer) => body.forEach((byte) => writer.boolean(byte > 0)))),
);

/** A stream of frames with these bodies. */
function streamOf(parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(part.length);
      return Buffer.concat([length, part]);
    }),
  );
}

describe('the parser of frames', () => {
  const expected = bodies.map((body) => [
    (body.length > frameBytesMax ? body.subarray(0, 16) : body).toString('hex'),
    body.length,
  ]);
  const whole = streamOf(bodies);

  it('finds the same frames wherever the stream is cut in two', () => {
    for (let cut = 0; cut <= whole.length; cut += 1) {
      assert.deepEqual(parse([whole.subarray(0, cut), whole.subarray(cut)]), expected, `cut at ${cut}`);
    }
  });

  it('finds the same frames in a stream that comes byte by byte', () => {
    assert.deepEqual(parse([...whole].map((byte) => Buffer.from([byte]))), expected);
  });

  it('finds any frames in any chunks', () => {
    const bodiesOf = fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 }), { maxLength: 20 });
    fc.assert(
      fc.property(bodiesOf, fc.infiniteStream(fc.integer({ min: 1, max: 50 })), (parts, sizes) => {
        const bytes = streamOf(parts);
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; ) {
          const { value } = sizes.next();
          chunks.push(bytes.subarray(at, at + value));
          at += value;
        }
        assert.deepEqual(
          parse(chunks).map(([, length]) => length),
          parts.map(({ length }) => length),
        );
      }),
    );
  });

  it('passes on a frame that lies within a chunk without copying it', () => {
    const chunk = streamOf([Buffer.from('abc')]);
    const parser = new FrameParser(frameBytesMax, (bytes) => {
      assert.equal(bytes.buffer, chunk.buffer);
      assert.equal(bytes.byteOffset, chunk.byteOffset + 4);
    });
    parser.push(chunk);
  });

  it('refuses lengths that can be none, also when they come in pieces', () => {
    for (const length of [0, -1, -(2 ** 31), 2 ** 31 - 1, 1_213_486_160 /* "HTTP" */]) {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(length);
      assert.throws(() => parse([bytes]), MalformedFrame, String(length));
      assert.throws(() => parse([bytes.subarray(0, 3), bytes.subarray(3)]), MalformedFrame, String(length));
    }
  });

  it('writes each frame with its length before it, and grows with what it holds', () => {
    assert.deepEqual(
      parse([stream]).map(([, length]) => length),
      bodies.map(({ length }) => length),
    );
  });
});

describe('jute', () => {
  const record = fc.record({
    int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    long: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    boolean: fc.boolean(),
    bytes: fc.uint8Array({ maxLength: 3_000 }),
    string: fc.string({ unit: 'binary', maxLength: 500 }),
    list: fc.array(fc.string(), { maxLength: 20 }),
  });

  it('reads what was written', () => {
    fc.assert(
      fc.property(record, (value) => {
        const writer = new JuteWriter();
        writer.int(value.int);
        writer.long(value.long);
        writer.boolean(value.boolean);
        writer.bytes(value.bytes);
        writer.string(value.string);
        writer.vector(value.list, (item) => writer.string(item));
        const reader = new JuteReader(writer.take());
        const read = {
          int: reader.int(),
          long: reader.long(),
          boolean: reader.boolean(),
          bytes: new Uint8Array(reader.bytes()),
          string: reader.string(),
          list: reader.vector(() => reader.string()),
        };
        assert.deepEqual(read, { ...value, string: Buffer.from(value.string).toString() });
      }),
    );
  });

  it('says that a record is malformed wherever it ends early, and never reads beyond it', () => {
    const writer = new JuteWriter();
    writer.long(1n);
    writer.string('abc');
    writer.vector(['x', 'yz'], (item) => writer.string(item));
    const bytes = writer.take();
    const read = (record: Buffer) => {
      const reader = new JuteReader(record);
      return [reader.long(), reader.string(), reader.vector(() => reader.string())];
    };
    assert.deepEqual(read(bytes), [1n, 'abc', ['x', 'yz']]);
    for (let length = 0; length < bytes.length; length += 1) {
      assert.throws(() => read(bytes.subarray(0, length)), MalformedFrame, `${length} bytes`);
    }
  });

  it('refuses lists and lengths that are longer than the frame, and reads null as empty', () => {
    const of = (value: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(value);
      return new JuteReader(bytes);
    };
    assert.throws(() => of(2 ** 31 - 1).vector(() => 0), MalformedFrame);
    assert.throws(() => of(2 ** 31 - 1).string(), MalformedFrame);
    assert.deepEqual([of(-1).string(), of(-1).bytes().length, of(-1).vector(() => 0)], ['', 0, []]);
  });

  it('names the step of a multi that failed: those before it were undone, those behind it never tried', () => {
    const codes = [0, 0, -103, -2, -2];
    const bytes = frame((writer) => {
      for (const code of codes) {
        writer.int(-1);
        writer.boolean(false);
        writer.int(code);
        writer.int(code);
      }
      writer.int(-1);
      writer.boolean(true);
      writer.int(-1);
    });
    assert.deepEqual(readMulti(new JuteReader(bytes.subarray(4))), { applied: false, index: 2, code: -103 });
  });
});

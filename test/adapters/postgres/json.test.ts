import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeJson, encodeJson, numberText } from '../../../src/adapters/postgres/json.ts';
import { decodeText, encodeText } from '../../../src/adapters/postgres/safe-text.ts';

/** Strings of any code units, half surrogate pairs and control characters among them. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(0, 0x1b, 0x6e, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0x30, 0x5c, 0x22),
    ),
  )
  .map((units) => String.fromCharCode(...units));

const anyData = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    anyText,
    fc.array(tie('data')),
    fc.dictionary(anyText, tie('data'), { noNullPrototype: true }),
  ),
})).data;

/** What PostgreSQL refuses in text: U+0000 and half a surrogate pair. */
const refused = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

describe('text and data on their way to PostgreSQL', () => {
  it('any string comes back from a text that PostgreSQL can hold', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeText(text);
        assert.doesNotMatch(encoded, refused);
        assert.equal(decodeText(encoded), text);
      }),
    );
  });

  it('strings without anything strange stay as they are', () => {
    for (const text of ['', 'plain', 'ünï \u{1f600} \\u0000 \\x1b', '\n\t'])
      assert.equal(encodeText(text), text);
  });

  it('any data comes back from JSON that jsonb can hold', () => {
    fc.assert(
      fc.property(anyData, (data) => {
        const text = encodeJson(data);
        assert.doesNotMatch(text, refused);
        assert.doesNotMatch(text, /(?<!\\)(\\\\)*\\u(0000|d[89a-f])/);
        assert.deepEqual(decodeJson(text), data);
      }),
    );
  });

  it('any number comes back from its text', () => {
    fc.assert(fc.property(fc.double(), (number) => assert.ok(Object.is(Number(numberText(number)), number))));
  });

  it('data with nothing to encode is not copied', () => {
    const data = { list: [1, 'two', { three: null }] };
    assert.equal(encodeJson(data), JSON.stringify(data));
  });

  it('what is undefined is null', () => {
    assert.equal(decodeJson(encodeJson(undefined)), null);
  });
});

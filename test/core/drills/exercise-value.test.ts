import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jobId, taskName } from '../../../src/base/ids.ts';
import { exerciseValue } from '../../../src/core/drills/exercise-value.ts';

describe('the value of an exercise', () => {
  const value = (job: string, name: string) => exerciseValue(jobId(job), taskName(name));

  it('is the FNV-1a hash of its address', () => {
    // The published vector for "foobar", and one that crosses our separator.
    assert.equal(value('foo', 'bar'), fnv('foo/bar'));
    assert.equal(fnv('foobar'), 0xbf9cf968);
  });

  it('differs between the tasks of a job and between jobs, and is a whole number of 32 bits', () => {
    const values = new Set<number>();
    for (let job = 0; job < 100; job += 1) {
      for (let task = 0; task < 10; task += 1) values.add(value(`j${job}`, `exercise/${task}`));
    }
    assert.equal(values.size, 1_000);
    fc.assert(
      fc.property(fc.string(), fc.string(), (job, name) => {
        const found = value(job, name);
        assert.ok(Number.isInteger(found) && found >= 0 && found < 2 ** 32);
      }),
    );
  });
});

/** The definition with whole numbers of any size. */
function fnv(text: string): number {
  let hash = 0x811c9dc5n;
  for (const character of text) {
    hash = ((hash ^ BigInt(character.charCodeAt(0))) * 0x01000193n) & 0xffffffffn;
  }
  return Number(hash);
}

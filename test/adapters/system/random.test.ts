import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../src/adapters/system/random.ts';
import { instant } from '../../../src/base/units.ts';

test('ids are 26 characters of Crockford base 32 in lower case', () => {
  assert.match(createRandom().id(), /^[0-9a-hjkmnp-tv-z]{26}$/);
});

test('ids of one process only grow, also within a millisecond and when the clock is set back', () => {
  let nowMs = 1_700_000_000_000;
  const random = createRandom({ ...systemClock, now: () => instant(nowMs) });
  const ids: string[] = [];
  for (let at = 0; at < 5_000; at++) {
    ids.push(random.id());
    if (at === 2_000) nowMs += 5;
    if (at === 4_000) nowMs -= 60_000;
  }
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids.toSorted(), ids);
});

test('ids begin with the time of their creation', () => {
  const early = createRandom({ ...systemClock, now: () => instant(1_000) });
  const late = createRandom({ ...systemClock, now: () => instant(1_001) });
  assert.equal(early.id().slice(0, 10), '00000000z8');
  assert.equal(late.id().slice(0, 10), '00000000z9');
});

test('two generators never make the same id', () => {
  const clock = { ...systemClock, now: () => instant(1_000) };
  const [first, second] = [createRandom(clock), createRandom(clock)];
  const ids = new Set<string>();
  for (let at = 0; at < 1_000; at++) ids.add(first.id()).add(second.id());
  assert.equal(ids.size, 2_000);
});

test('numbers lie in [0, 1) and spread evenly', () => {
  const random = createRandom();
  const counts = Array.from({ length: 10 }, () => 0);
  for (let at = 0; at < 10_000; at++) {
    const value = random.next();
    assert.ok(value >= 0 && value < 1);
    const bin = Math.floor(value * 10);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  // Each bin has 1,000 expected, 30 of standard deviation: 8 of them are beyond chance.
  for (const count of counts) assert.ok(Math.abs(count - 1_000) < 240, `a bin holds ${count}`);
});

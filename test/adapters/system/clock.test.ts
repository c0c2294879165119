import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/adapters/system/clock.ts';

test('a sleep lasts at least as long as asked on the monotonic clock', async () => {
  const startMs = systemClock.monotonicMs();
  await systemClock.sleep(20);
  assert.ok(systemClock.monotonicMs() - startMs >= 19);
});

test('a sleep ends at once when its signal aborts, before or during it', async () => {
  const startMs = systemClock.monotonicMs();
  await systemClock.sleep(60_000, AbortSignal.abort());
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort();
  await sleeping;
  assert.ok(systemClock.monotonicMs() - startMs < 5_000);
});

test('a sleep beyond the range of a timer does not end at once', async () => {
  const controller = new AbortController();
  const slept = systemClock.sleep(2 ** 40, controller.signal).then(() => 'slept');
  const first = await Promise.race([slept, systemClock.sleep(20).then(() => 'waited')]);
  controller.abort();
  await slept;
  assert.equal(first, 'waited');
});

test('the wall clock tells the time of the machine', () => {
  assert.ok(Math.abs(systemClock.now() - Date.now()) < 1_000);
});

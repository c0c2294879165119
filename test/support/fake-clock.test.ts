import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFakeClock } from './fake-clock.ts';

describe('fake clock', () => {
  it('wakes sleepers in the order of their due times and shows each its own time', async () => {
    const clock = createFakeClock(1_000);
    const woken: string[] = [];
    const nap = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name}@${clock.now()}`);
    };
    const naps = [nap('late', 30), nap('early', 10), nap('never in time', 31)];
    await clock.advance(30);
    assert.deepEqual(woken, ['early@1010', 'late@1030']);
    await clock.advance(1);
    await Promise.all(naps);
    assert.equal(clock.sleepers(), 0);
  });

  it('wakes a sleeper that falls asleep again within one advance', async () => {
    const clock = createFakeClock();
    let ticks = 0;
    const stop = new AbortController();
    const loop = (async () => {
      while (!stop.signal.aborted) {
        await clock.sleep(10, stop.signal);
        ticks += 1;
      }
    })();
    await clock.advance(100);
    assert.equal(ticks, 10);
    stop.abort();
    await loop;
    assert.equal(clock.sleepers(), 0);
  });

  it('returns at once from a sleep whose signal is aborted', async () => {
    const clock = createFakeClock();
    await clock.sleep(1_000, AbortSignal.abort());
    assert.equal(clock.sleepers(), 0);
  });

  it('moves the wall clock alone on a jump', async () => {
    const clock = createFakeClock(0);
    clock.jump(-5_000);
    assert.equal(clock.now(), -5_000);
    assert.equal(clock.monotonicMs(), 0);
  });
});

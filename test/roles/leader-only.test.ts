import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limits } from '../../src/base/limits.ts';
import type { LeaderLock } from '../../src/ports/leader-lock.ts';
import { LeaderOnly } from '../../src/roles/leader-only.ts';
import { testKit } from '../support/kit.ts';

/** A lock that several processes share; `outage` makes it unreachable for all. */
function sharedLock() {
  const state: { holder: number | undefined; outage: boolean } = { holder: undefined, outage: false };
  const lockOf = (process: number): LeaderLock => ({
    hold: async () => {
      if (state.outage) throw new Error('the database is away');
      state.holder ??= process;
      return state.holder === process;
    },
    release: async () => {
      if (state.holder === process) state.holder = undefined;
    },
  });
  return { state, lockOf };
}

function setUp() {
  const kit = testKit();
  const shared = sharedLock();
  const events: string[] = [];
  const leaders = [1, 2].map(
    (number) =>
      new LeaderOnly(kit, shared.lockOf(number), () => [
        {
          name: `work of ${number}`,
          start: async () => void events.push(`${number} begins`),
          stop: async () => void events.push(`${number} ends, holder ${shared.state.holder}`),
        },
      ]),
  );
  const [first, second] = leaders;
  assert.ok(first !== undefined && second !== undefined);
  return { kit, shared, events, first, second };
}

describe('work that one process does alone', () => {
  it('is done by one, and by the other when that one stops', async () => {
    const { kit, events, first, second } = setUp();
    await first.start();
    await second.start();
    await kit.clock.advance(10 * limits.leaderLockMs);
    assert.deepEqual(events, ['1 begins']);
    assert.deepEqual([first.leads(), second.leads()], [true, false]);
    await first.stop();
    await kit.clock.advance(limits.leaderLockMs);
    // It ends before the lock is given back.
    assert.deepEqual(events, ['1 begins', '1 ends, holder 1', '2 begins']);
    await second.stop();
  });

  it('ends where it is not sure of its lock, and begins anew when it is', async () => {
    const { kit, shared, events, first } = setUp();
    await first.start();
    await kit.clock.advance(0);
    shared.state.outage = true;
    await kit.clock.advance(limits.leaderLockMs);
    assert.deepEqual(events, ['1 begins', '1 ends, holder 1']);
    shared.state.outage = false;
    await kit.clock.advance(limits.leaderLockMs);
    assert.deepEqual(events.slice(2), ['1 begins']);
    await first.stop();
  });
});

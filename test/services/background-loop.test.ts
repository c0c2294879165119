import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BackgroundLoop } from '../../src/services/background-loop.ts';
import { testKit } from '../support/kit.ts';

describe('a background loop', () => {
  it('goes on at once while there is more to do, and pauses when there is not', async () => {
    const kit = testKit();
    let rounds = 0;
    const loop = new BackgroundLoop(kit, {
      name: 'work',
      pauseMs: 1_000,
      round: async () => {
        rounds += 1;
        return rounds < 3;
      },
    });
    await loop.start();
    await kit.clock.advance(0);
    assert.equal(rounds, 3);
    await kit.clock.advance(999);
    assert.equal(rounds, 3);
    await kit.clock.advance(1);
    assert.equal(rounds, 4);
    await loop.stop();
  });

  it('survives a round that throws, says so, and tries again after the pause', async () => {
    const kit = testKit();
    let rounds = 0;
    const loop = new BackgroundLoop(kit, {
      name: 'work',
      pauseMs: 1_000,
      round: async () => {
        rounds += 1;
        throw new Error('the database is away');
      },
    });
    await loop.start();
    await kit.clock.advance(2_000);
    assert.equal(rounds, 3);
    assert.deepEqual(
      kit.log.events.map((event) => [event.level, event.fields['work']]),
      [
        ['warn', 'work'],
        ['warn', 'work'],
        ['warn', 'work'],
      ],
    );
    await loop.stop();
  });

  it('stops in the middle of a pause, waits for a round that runs, and may be stopped twice or unstarted', async () => {
    const kit = testKit();
    const running = Promise.withResolvers<boolean>();
    let aborted = false;
    const loop = new BackgroundLoop(kit, {
      name: 'work',
      pauseMs: 1_000,
      round: (signal) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          running.resolve(false);
        });
        return running.promise;
      },
    });
    await new BackgroundLoop(kit, { name: 'idle', pauseMs: 1, round: async () => false }).stop();
    await loop.start();
    await loop.stop();
    await loop.stop();
    assert.equal(aborted, true);
    assert.equal(kit.clock.sleepers(), 0);
  });
});

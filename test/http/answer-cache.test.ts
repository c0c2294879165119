import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limits } from '../../src/base/limits.ts';
import { AnswerCache } from '../../src/http/answer-cache.ts';
import type { Listener } from '../../src/http/live/change-feed.ts';
import { type LiveEvent, readyEvent, resetEvent } from '../../src/http/live/live-events.ts';
import { createFakeClock } from '../support/fake-clock.ts';

function newCache() {
  const clock = createFakeClock();
  const listeners = new Set<Listener>();
  const cache = new AnswerCache(clock, {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
  let reads = 0;
  const ask = (dataset: string) =>
    cache.answer({ key: dataset, dataset, read: async () => `${dataset} ${(reads += 1)}` });
  const tell = (...events: LiveEvent[]): void => {
    for (const listener of listeners) listener.tell(events, 'id: 1\n\n');
  };
  return { clock, listeners, cache, ask, tell };
}

const changeOf = (dataset: string): LiveEvent => ({ dataset, text: '' });

describe('kept answers', () => {
  it('are read once for all who ask, until their dataset changes', async () => {
    const { ask, tell } = newCache();
    assert.deepEqual(await Promise.all([ask('a'), ask('a'), ask('b')]), ['a 1', 'a 1', 'b 2']);
    tell(changeOf('a'));
    assert.deepEqual([await ask('a'), await ask('b')], ['a 3', 'b 2']);
  });

  it('are dropped while they are read, when what they are read from changes', async () => {
    const { cache, tell } = newCache();
    const slow = Promise.withResolvers<string>();
    const early = cache.answer({ key: 'k', dataset: 'a', read: () => slow.promise });
    tell(changeOf('a'));
    const late = cache.answer({ key: 'k', dataset: 'a', read: async () => 'new' });
    slow.resolve('old');
    assert.deepEqual([await early, await late], ['old', 'new']);
    assert.equal(await cache.answer({ key: 'k', dataset: 'a', read: async () => 'newer' }), 'new');
  });

  it('are dropped when nobody knows what has changed, and after their time', async () => {
    const { ask, tell, clock } = newCache();
    assert.equal(await ask('a'), 'a 1');
    tell(readyEvent);
    assert.equal(await ask('a'), 'a 2');
    tell(resetEvent);
    assert.equal(await ask('a'), 'a 3');
    await clock.advance(limits.cachedAnswerMs);
    assert.equal(await ask('a'), 'a 4');
  });

  it('are not failures', async () => {
    const { cache } = newCache();
    const failing = cache.answer({ key: 'k', dataset: 'a', read: () => Promise.reject(new Error('away')) });
    await assert.rejects(failing, /away/);
    assert.equal(await cache.answer({ key: 'k', dataset: 'a', read: async () => 'here' }), 'here');
  });

  it('ask for no more news when there are none of them', async () => {
    const { ask, tell, clock, listeners } = newCache();
    await ask('a');
    assert.equal(listeners.size, 1);
    await clock.advance(limits.cachedAnswerMs);
    tell();
    assert.equal(listeners.size, 0);
    await ask('a');
    assert.equal(listeners.size, 1);
  });

  it('are bounded in number', async () => {
    const { ask } = newCache();
    for (let nth = 0; nth <= limits.cachedAnswersMax; nth += 1) await ask(`d${nth}`);
    assert.equal(await ask('d1'), 'd1 2');
    assert.equal(await ask('d0'), `d0 ${limits.cachedAnswersMax + 2}`);
  });
});

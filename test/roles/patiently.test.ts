import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../../src/base/errors.ts';
import { fail, type Outcome, succeed } from '../../src/base/outcome.ts';
import { patiently } from '../../src/roles/patiently.ts';
import { testKit } from '../support/kit.ts';

const away = fail(failure('DATABASE_UNAVAILABLE', 'the server does not answer'));

function opened(closed: string[] = []) {
  return succeed({ close: async () => void closed.push('closed') });
}

describe('opening what a process needs', () => {
  it('goes on until it is there, and says what it waits for', async () => {
    const kit = testKit();
    let attempts = 0;
    const open = async () => {
      attempts += 1;
      await kit.clock.sleep(2_000);
      return attempts < 10 ? away : opened();
    };
    const opening = patiently(kit, { what: 'the database', open, signal: new AbortController().signal });
    await kit.clock.advance(60_000);
    assert.equal((await opening)?.ok, true);
    assert.equal(attempts, 10);
    const messages = kit.log.events.map(({ message }) => message);
    assert.equal(messages[0], 'waits for the database');
    assert.equal(messages.filter((message) => /did not come/.test(message)).length, 9);
  });

  it('gives up at once what time does not heal', async () => {
    const refused = fail(failure('DATABASE_UNREADABLE', 'wrong password'));
    const open = async () => refused;
    const signal = new AbortController().signal;
    assert.equal(await patiently(testKit(), { what: 'the database', open, signal }), refused);
  });

  it('ends when it is told to, and closes what comes later', async () => {
    const kit = testKit();
    const stop = new AbortController();
    const closed: string[] = [];
    const late = Promise.withResolvers<Outcome<{ close(): Promise<void> }>>();
    const opening = patiently(kit, { what: 'it', open: () => late.promise, signal: stop.signal });
    stop.abort();
    assert.equal(await opening, undefined);
    late.resolve(opened(closed));
    await kit.clock.advance(0);
    assert.deepEqual(closed, ['closed']);
  });
});

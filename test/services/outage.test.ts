import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FailureError, failure } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { BackgroundLoop } from '../../src/services/background-loop.ts';
import { testKit } from '../support/kit.ts';

it('work that fails for long is an error, once an hour, and a short failure is none', async () => {
  const kit = testKit();
  let isAway = true;
  const away = new FailureError(failure('DATABASE_UNAVAILABLE', 'away'));
  const round = async () => {
    if (isAway) throw away;
    return false;
  };
  const errors = () => kit.log.events.filter(({ level }) => level === 'error');
  const loop = new BackgroundLoop(kit, { name: 'outbox delivery', pauseMs: 10_000, round });
  await loop.start();
  await kit.clock.advance(limits.outageMs - 10_000);
  assert.equal(errors().length, 0);
  isAway = false;
  await kit.clock.advance(10_000);
  isAway = true;
  await kit.clock.advance(limits.outageMs);
  assert.equal(errors().length, 0);
  await kit.clock.advance(10_000);
  assert.equal(errors().length, 1);
  assert.equal(errors()[0]?.fields['work'], 'outbox delivery');
  await kit.clock.advance(limits.operatorRepeatMs - 10_000);
  assert.equal(errors().length, 1);
  await kit.clock.advance(20_000);
  assert.equal(errors().length, 2);
  await loop.stop();
});

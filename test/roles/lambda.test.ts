import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limits } from '../../src/base/limits.ts';
import { createLambdaHandler } from '../../src/roles/lambda.ts';
import type { Tick } from '../../src/services/scheduling/scheduler.ts';
import { testKit } from '../support/kit.ts';

const event = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
const idle: Tick = { due: 0, decided: 0, scans: 0, hasMore: false };

describe('the handler for scheduled events', () => {
  it('opens what it needs once, and anew after a failure', async () => {
    const kit = testKit();
    let opened = 0;
    let fails = true;
    const handler = createLambdaHandler(async () => {
      opened += 1;
      if (fails) throw new Error('away');
      return { kit, scheduler: { tick: async () => idle } };
    });
    const context = { getRemainingTimeInMillis: () => 60_000 };
    await assert.rejects(handler(event, context), /away/);
    fails = false;
    await handler(event, context);
    await handler(event, context);
    assert.equal(opened, 2);
  });

  it('ticks until nothing more is due, pausing after ticks that began scans', async () => {
    const kit = testKit();
    const left = [
      { ...idle, due: 250, decided: 250, hasMore: true },
      { due: 80, decided: 50, scans: 50, hasMore: true },
      idle,
    ];
    const handler = createLambdaHandler(async () => ({
      kit,
      scheduler: { tick: async () => left.shift() ?? idle },
    }));
    const invoked = handler(event, { getRemainingTimeInMillis: () => 60_000 - kit.clock.monotonicMs() });
    await kit.clock.advance(limits.scheduleTickMs - 1);
    assert.equal(left.length, 1);
    await kit.clock.advance(1);
    assert.deepEqual(await invoked, { ticks: 3, decided: 300, scans: 50, ended: 'nothing_due' });
  });

  it('ends before its time is over though more is due, and though a tick hangs', async () => {
    for (const tick of [
      async () => ({ ...idle, scans: 50, hasMore: true }),
      () => new Promise<Tick>(() => undefined),
    ]) {
      const kit = testKit();
      const handler = createLambdaHandler(async () => ({ kit, scheduler: { tick } }));
      const invoked = handler(event, { getRemainingTimeInMillis: () => 20_000 - kit.clock.monotonicMs() });
      await kit.clock.advance(20_000 - limits.lambdaMarginMs);
      assert.equal((await invoked).ended, 'deadline');
    }
  });
});

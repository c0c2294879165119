import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogChannel } from '../../../src/adapters/channels/log-channel.ts';
import { channelConformance, testMessage } from '../../conformance/channel.ts';
import { createRecordingLog } from '../../support/kit.ts';

channelConformance('log', async () => {
  const log = createRecordingLog();
  return {
    channel: createLogChannel(log),
    received: () =>
      log.events.map(({ fields }) => ({ id: String(fields['notification']), text: JSON.stringify(fields) })),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});

test('what is not well is a warning, the rest information', async () => {
  const log = createRecordingLog();
  const channel = createLogChannel(log);
  const wait = { signal: new AbortController().signal, timeoutMs: 1_000 };
  for (const status of ['pass', 'warn', 'fail', 'error', 'not_evaluated'] as const) {
    await channel.deliver({ id: status, message: testMessage({ status }) }, wait);
  }
  assert.deepEqual(
    log.events.map(({ level }) => level),
    ['info', 'warn', 'warn', 'warn', 'info'],
  );
});

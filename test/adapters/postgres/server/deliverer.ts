import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../../src/adapters/system/random.ts';
import { failure } from '../../../../src/base/errors.ts';
import { fail, succeed } from '../../../../src/base/outcome.ts';
import type { Channel } from '../../../../src/ports/channel.ts';
import { OutboxDelivery } from '../../../../src/services/notification/outbox-delivery.ts';
import { testKit } from '../../../support/kit.ts';
import { openOnServer } from '../../../support/postgres-server.ts';

/** A process that delivers the outbox of a database to a receiver, under its name, until it is killed. */
const [url = '', receiver = '', name = ''] = process.argv.slice(2);
const kit = { ...testKit(), clock: systemClock, random: createRandom() };
const channel: Channel = {
  deliver: async ({ id }, { signal, timeoutMs }) => {
    const answer = await fetch(receiver, {
      method: 'POST',
      headers: { 'idempotency-key': id, deliverer: name },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return answer.ok ? succeed(undefined) : fail(failure('DELIVERY_FAILED', `status ${answer.status}`));
  },
};
const database = await openOnServer(url);
const delivery = new OutboxDelivery(
  kit,
  {
    ...database,
    channels: { log: channel, webhook: channel, slack: channel, teams: channel, email: channel },
  },
  { timeoutMs: 5_000, leaseMs: 6_000 },
);
const never = new AbortController().signal;
for (;;) if (!(await delivery.deliverDue(never))) await kit.clock.sleep(20, never);

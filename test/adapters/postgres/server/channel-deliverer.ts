import { createEmailChannel } from '../../../../src/adapters/channels/email-channel.ts';
import { createLogChannel } from '../../../../src/adapters/channels/log-channel.ts';
import { createWebhookChannel } from '../../../../src/adapters/channels/webhook-channel.ts';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { createRandom } from '../../../../src/adapters/system/random.ts';
import { createSecrets } from '../../../../src/adapters/system/secrets.ts';
import { OutboxDelivery } from '../../../../src/services/notification/outbox-delivery.ts';
import { testKit } from '../../../support/kit.ts';
import { openOnServer } from '../../../support/postgres-server.ts';

/** A process that delivers the outbox of a database by its real channels, until it is killed. */
const [url = '', smtpUrl = ''] = process.argv.slice(2);
const kit = { ...testKit(), clock: systemClock, random: createRandom() };
const options = {
  clock: systemClock,
  secrets: createSecrets({ environment: { ASSAY_SMTP_URL: smtpUrl } }),
  publicUrl: undefined,
  mailFrom: 'assay@example.org',
};
const log = createLogChannel(kit.log);
const channels = {
  log,
  webhook: createWebhookChannel(options),
  email: createEmailChannel(options),
  slack: log,
  teams: log,
};
const database = await openOnServer(url);
const delivery = new OutboxDelivery(kit, { ...database, channels }, { timeoutMs: 3_000, leaseMs: 3_500 });
const never = new AbortController().signal;
for (;;) if (!(await delivery.deliverDue(never))) await kit.clock.sleep(20, never);

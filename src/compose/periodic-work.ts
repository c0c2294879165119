import { createLogChannel } from '../adapters/channels/log-channel.ts';
import { createWebhookChannel } from '../adapters/channels/webhook-channel.ts';
import { createSecrets } from '../adapters/system/secrets.ts';
import { limits } from '../base/limits.ts';
import type { BatchStore } from '../ports/batch-store.ts';
import type { Database } from '../ports/database.ts';
import { BackgroundLoop } from '../services/background-loop.ts';
import { BatchSweep } from '../services/ingestion/batch-sweep.ts';
import type { Kit } from '../services/kit.ts';
import { OutboxDelivery } from '../services/notification/outbox-delivery.ts';

/** What one process of an installation does again and again: messages, the sweep of batches, the gauge of incidents. */
export function createPeriodicWork(
  kit: Kit,
  parts: {
    readonly database: Database;
    readonly batches: BatchStore;
    readonly secretsFile: string | undefined;
  },
): readonly BackgroundLoop[] {
  const { database, batches, secretsFile } = parts;
  const secrets = createSecrets({ environment: process.env, secretsFile });
  const delivery = new OutboxDelivery(kit, {
    ...database,
    log: createLogChannel(kit.log),
    webhook: createWebhookChannel({ clock: kit.clock, secrets }),
  });
  const sweep = new BatchSweep(kit, { ...database, batches });
  return [
    new BackgroundLoop(kit, {
      name: 'outbox delivery',
      pauseMs: limits.idleTickMs,
      round: (signal) => delivery.deliverDue(signal),
    }),
    new BackgroundLoop(kit, {
      name: 'batch sweep',
      pauseMs: limits.sweepIntervalMs,
      round: async (signal) => {
        await sweep.sweep(signal);
        return false;
      },
    }),
    new BackgroundLoop(kit, {
      name: 'incident gauge',
      pauseMs: limits.gaugeIntervalMs,
      round: async () => {
        kit.telemetry.gauge('assay_incidents_open', await database.quality.openIncidents());
        return false;
      },
    }),
  ];
}

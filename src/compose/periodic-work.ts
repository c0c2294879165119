import { createSlackChannel, createTeamsChannel } from '../adapters/channels/chat-channel.ts';
import { createEmailChannel } from '../adapters/channels/email-channel.ts';
import { createLogChannel } from '../adapters/channels/log-channel.ts';
import { createWebhookChannel } from '../adapters/channels/webhook-channel.ts';
import { limits } from '../base/limits.ts';
import { day } from '../base/units.ts';
import type { NotificationConfig } from '../config/notification-config.ts';
import type { BatchStore } from '../ports/batch-store.ts';
import type { Channels } from '../ports/channel.ts';
import type { Database } from '../ports/database.ts';
import { tidyAccess } from '../services/access/access.ts';
import { BackgroundLoop } from '../services/background-loop.ts';
import { BatchSweep } from '../services/ingestion/batch-sweep.ts';
import { dayOf } from '../services/ingestion/source-guard.ts';
import type { Kit } from '../services/kit.ts';
import { MissedScans } from '../services/notification/missed-scans.ts';
import { OutboxDelivery } from '../services/notification/outbox-delivery.ts';
import { Scheduler } from '../services/scheduling/scheduler.ts';
import { secretsOf } from './secrets.ts';

/** What one process of an installation does again and again: messages, the sweep of batches, what is remembered for a while, the gauge of incidents. */
export function createPeriodicWork(
  kit: Kit,
  parts: {
    readonly database: Database;
    readonly batches: BatchStore;
    readonly secretsFile: string | undefined;
    readonly notifications: NotificationConfig;
  },
): readonly BackgroundLoop[] {
  const { database, batches } = parts;
  const delivery = new OutboxDelivery(kit, { ...database, channels: channelsOf(kit, parts) });
  const scheduler = new Scheduler(kit, { ...database, missed: new MissedScans(database) });
  const sweep = new BatchSweep(kit, { ...database, batches });
  return [
    new BackgroundLoop(kit, {
      name: 'outbox delivery',
      pauseMs: limits.idleTickMs,
      round: (signal) => delivery.deliverDue(signal),
    }),
    new BackgroundLoop(kit, {
      name: 'scheduler',
      pauseMs: limits.scheduleTickMs,
      round: async () => {
        const { hasMore, scans } = await scheduler.tick();
        // The pause bounds the rate of scans.
        return hasMore && scans === 0;
      },
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
      name: 'short memory',
      pauseMs: limits.changesTrimMs,
      round: async () => {
        await database.changes.trim(limits.changesKept);
        await database.requestKeys.forget(limits.requestKeyAgeMs);
        await tidyAccess(kit, database.access);
        await database.sourceUse.forget(dayOf(kit.clock.now() - limits.sourceUseKeptDays * day));
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

function channelsOf(
  { clock, log }: Kit,
  of: { readonly secretsFile: string | undefined; readonly notifications: NotificationConfig },
): Channels {
  const secrets = secretsOf(of);
  const options = { clock, secrets, ...of.notifications };
  return {
    log: createLogChannel(log),
    webhook: createWebhookChannel(options),
    slack: createSlackChannel(options),
    teams: createTeamsChannel(options),
    email: createEmailChannel(options),
  };
}

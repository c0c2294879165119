import type { DatasetName } from '../../base/ids.ts';
import type { Instant } from '../../base/units.ts';
import { countStatuses } from '../checks/status.ts';
import type { Message } from './message.ts';

/** What became of a scan that should have brought something. */
export type LastScan = 'none' | 'open' | 'succeeded' | 'failed' | 'cancelled';

/** Says that a periodic dataset did not come, or, with `arrived`, that it has come after all. */
export function missedScanMessage(of: {
  readonly dataset: DatasetName;
  readonly due: Instant;
  readonly schedule: { readonly cron: string; readonly timeZone: string };
  readonly lastScan: LastScan;
  readonly arrived: boolean;
  readonly at: Instant;
}): Message {
  const { dataset, schedule, at, arrived } = of;
  const due = new Date(of.due).toISOString().slice(0, 16).replace('T', ' ');
  const happened = arrived ? 'has come after all' : reasons[of.lastScan];
  return {
    kind: arrived ? 'scan_arrived' : 'scan_missed',
    dataset,
    status: arrived ? 'pass' : 'error',
    title: `${dataset}: ${happened}; it was due at ${due} UTC`,
    lines: [`schedule: ${schedule.cron} (${schedule.timeZone})`],
    counts: countStatuses([]),
    incidents: [],
    at,
  };
}

const reasons = {
  none: 'nothing new came, and no scan looked for it',
  open: 'nothing new came, the scan has not ended yet',
  succeeded: 'nothing new came, though a scan looked for it',
  failed: 'nothing new came, the scan failed',
  cancelled: 'nothing new came, the scan was cancelled',
} as const satisfies Record<LastScan, string>;

import { hostname } from 'node:os';
import { systemClock } from '../adapters/system/clock.ts';
import { createLog } from '../adapters/system/log.ts';
import { createRandom } from '../adapters/system/random.ts';
import { createTelemetry } from '../adapters/system/telemetry.ts';
import type { LogLevel } from '../config/settings.ts';
import type { LogFields } from '../ports/log.ts';
import type { Kit } from '../services/kit.ts';
import { OperatorAlerts } from '../services/operators/operator-alerts.ts';
import { currentWork } from '../services/tracing/current-work.ts';
import { operatorChannels } from './operators.ts';
import { version } from './version.ts';

/** The kit of a process that serves: what it logs as an error, operators are told. */
export function createServiceKit(
  config: Parameters<typeof operatorChannels>[1] & { readonly logLevel: LogLevel },
  fields: LogFields & { readonly role: string; readonly name: string },
): { readonly kit: Kit; readonly alerts: OperatorAlerts } {
  const told: { alerts?: OperatorAlerts } = {};
  const kit = createKit(config, fields, (message, line) => told.alerts?.note(message, line));
  const { role, name } = fields;
  const origin = { role, name, host: hostname(), process: process.pid, version };
  const alerts = new OperatorAlerts(kit, operatorChannels(kit.clock, config), origin);
  told.alerts = alerts;
  return { kit, alerts };
}

/** Real time, chance, log and telemetry; `fields` stand in every line of the log. */
export function createKit(
  { logLevel }: { readonly logLevel: LogLevel },
  fields: LogFields = {},
  onError: (message: string, fields: LogFields) => void = () => {},
): Kit {
  return {
    clock: systemClock,
    random: createRandom(),
    log: createLog({ level: logLevel, fields, context: currentWork, onError }),
    telemetry: createTelemetry(),
  };
}

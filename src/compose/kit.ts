import { systemClock } from '../adapters/system/clock.ts';
import { createLog } from '../adapters/system/log.ts';
import { createRandom } from '../adapters/system/random.ts';
import { createTelemetry } from '../adapters/system/telemetry.ts';
import type { LogLevel } from '../config/settings.ts';
import type { LogFields } from '../ports/log.ts';
import type { Kit } from '../services/kit.ts';
import { currentWork } from '../services/tracing/current-work.ts';

/** Real time, chance, log and telemetry; `fields` stand in every line of the log. */
export function createKit({ logLevel }: { readonly logLevel: LogLevel }, fields: LogFields = {}): Kit {
  return {
    clock: systemClock,
    random: createRandom(),
    log: createLog({ level: logLevel, fields, context: currentWork }),
    telemetry: createTelemetry(),
  };
}

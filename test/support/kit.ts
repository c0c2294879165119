import type { TelemetryName } from '../../src/base/telemetry.ts';
import type { Log, LogFields } from '../../src/ports/log.ts';
import type { Labels, Telemetry } from '../../src/ports/telemetry.ts';
import type { Kit } from '../../src/services/kit.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';

/** A kit for tests: time and chance stand under the test's control, logs and metrics can be looked at. */
export type TestKit = Kit & {
  readonly clock: FakeClock;
  readonly random: SeededRandom;
  readonly log: RecordingLog;
  readonly telemetry: RecordingTelemetry;
};

/** Makes a kit; `overrides` replace parts of it. */
export function testKit(overrides: Partial<TestKit> = {}): TestKit {
  return {
    clock: overrides.clock ?? createFakeClock(),
    random: overrides.random ?? createSeededRandom(),
    log: overrides.log ?? createRecordingLog(),
    telemetry: overrides.telemetry ?? createRecordingTelemetry(),
  };
}

export type LogEvent = {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
};

/** Prints nothing; keeps the last 10,000 events. */
export type RecordingLog = Log & { readonly events: readonly LogEvent[] };

const eventsMax = 10_000;

/** Makes a silent log. */
export function createRecordingLog(): RecordingLog {
  const events: LogEvent[] = [];
  const make = (own: LogFields): RecordingLog => {
    const note = (level: LogEvent['level']) => (message: string, fields?: LogFields) => {
      events.push({ level, message, fields: { ...own, ...fields } });
      if (events.length > eventsMax) events.shift();
    };
    return {
      events,
      debug: note('debug'),
      info: note('info'),
      warn: note('warn'),
      error: note('error'),
      with: (fields) => make({ ...own, ...fields }),
    };
  };
  return make({});
}

/** Telemetry that only remembers. */
export type RecordingTelemetry = Telemetry & {
  /** The sum of a counter over all label sets that contain `labels`. */
  total(name: TelemetryName, labels?: Labels): number;
  /** The last value of a gauge with exactly these labels. */
  value(name: TelemetryName, labels?: Labels): number | undefined;
  /** All observations of a histogram, in seconds, whose labels contain `labels`. */
  observations(name: TelemetryName, labels?: Labels): readonly number[];
};

type Entry = { readonly name: TelemetryName; readonly labels: Labels; readonly values: number[] };

const observationsMax = 10_000;

/** Makes telemetry that tests can look at. */
export function createRecordingTelemetry(): RecordingTelemetry {
  const entries = new Map<string, Entry>();
  const reads = new Set<() => void>();
  const entry = (name: TelemetryName, labels: Labels = {}): Entry => {
    const key = keyOf(name, labels);
    const found = entries.get(key) ?? { name, labels, values: [] };
    entries.set(key, found);
    return found;
  };
  const matching = (name: TelemetryName, labels: Labels): Entry[] =>
    [...entries.values()].filter(
      (each) =>
        each.name === name && Object.entries(labels).every(([label, value]) => each.labels[label] === value),
    );
  return {
    count: (name, labels, by = 1) => {
      const { values } = entry(name, labels);
      values[0] = (values[0] ?? 0) + by;
    },
    gauge: (name, value, labels) => {
      entry(name, labels).values[0] = value;
    },
    observe: (name, seconds, labels) => {
      const { values } = entry(name, labels);
      if (values.length < observationsMax) values.push(seconds);
    },
    beforeRender: (read) => {
      reads.add(read);
      return () => void reads.delete(read);
    },
    render: () => {
      for (const read of reads) read();
      return Promise.resolve('');
    },
    total: (name, labels = {}) =>
      matching(name, labels).reduce((sum, each) => sum + each.values.reduce((a, b) => a + b, 0), 0),
    value: (name, labels = {}) => entries.get(keyOf(name, labels))?.values[0],
    observations: (name, labels = {}) => matching(name, labels).flatMap((each) => each.values),
  };
}

function keyOf(name: TelemetryName, labels: Labels): string {
  return `${name} ${JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
}

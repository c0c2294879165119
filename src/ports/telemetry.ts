import type { TelemetryName } from '../base/telemetry.ts';

/** Operational metrics, by the names of `telemetryCatalogue`. Never blocks, never fails. */
export interface Telemetry {
  /** Adds to a counter. */
  count(name: TelemetryName, labels?: Labels, by?: number): void;
  /** Sets a gauge. */
  gauge(name: TelemetryName, value: number, labels?: Labels): void;
  /** Adds an observation, in seconds, to a histogram. */
  observe(name: TelemetryName, seconds: number, labels?: Labels): void;
  /** Calls `read` before each rendering, for gauges that nobody needs in between; until the returned function is called. */
  beforeRender(read: () => void): () => void;
  /** Everything in the Prometheus text format. */
  render(): Promise<string>;
}

export type Labels = Readonly<Record<string, string>>;

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { assert } from '../../base/assert.ts';
import { durationBuckets, type TelemetryName, telemetryCatalogue } from '../../base/telemetry.ts';
import type { Labels, Telemetry } from '../../ports/telemetry.ts';

/**
 * Operational metrics of this process in a registry of their own, with those of the Node process. Absent labels read
 * `unknown`, unknown ones are dropped; a metric used by the wrong method is a broken invariant.
 */
export function createTelemetry(): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = new Map(
    Object.keys(telemetryCatalogue)
      .filter(isName)
      .map((name) => [name, make(name, registry)]),
  );
  const reads = new Set<() => void>();
  return {
    beforeRender: (read) => {
      reads.add(read);
      return () => void reads.delete(read);
    },
    count: (name, labels, by = 1) => {
      const metric = metrics.get(name);
      assert(metric instanceof Counter, `${name} is a counter`);
      if (by >= 0 && Number.isFinite(by)) metric.inc(labelsOf(name, labels), by);
    },
    gauge: (name, value, labels) => {
      const metric = metrics.get(name);
      assert(metric instanceof Gauge, `${name} is a gauge`);
      if (Number.isFinite(value)) metric.set(labelsOf(name, labels), value);
    },
    observe: (name, seconds, labels) => {
      const metric = metrics.get(name);
      assert(metric instanceof Histogram, `${name} is a histogram`);
      if (Number.isFinite(seconds)) metric.observe(labelsOf(name, labels), seconds);
    },
    render: () => {
      for (const read of reads) read();
      return registry.metrics();
    },
  };
}

function isName(name: string): name is TelemetryName {
  return Object.hasOwn(telemetryCatalogue, name);
}

function make(name: TelemetryName, registry: Registry): Counter | Gauge | Histogram {
  const { kind, labels, help } = telemetryCatalogue[name];
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (kind === 'counter') return new Counter(options);
  if (kind === 'gauge') return new Gauge(options);
  return new Histogram({ ...options, buckets: [...durationBuckets] });
}

function labelsOf(name: TelemetryName, labels: Labels = {}): Record<string, string> {
  return Object.fromEntries(
    telemetryCatalogue[name].labels.map((label) => [label, labels[label] ?? 'unknown']),
  );
}

/**
 * What happened to registers that are written by compare-and-set. Versions begin at 0 and grow by one with each write;
 * each write has a value of its own.
 */
export type HistoryEvent = {
  readonly client: string;
  readonly register: string;
  /** Of what was read, or of what a write that was acknowledged made; of other writes the one they asked for. */
  readonly version: number;
  readonly value: string;
} & (
  | { readonly kind: 'acknowledged' }
  /** It may have been applied or not. */
  | { readonly kind: 'doubtful' }
  | { readonly kind: 'refused' }
  /** `floor`: the newest version that was acknowledged to anybody before a read that followed a `sync` began. */
  | { readonly kind: 'read'; readonly floor?: number }
);

/** Everything that can not have happened if no acknowledged write was lost and nobody read what was not written. */
export function anomaliesOf(
  events: readonly HistoryEvent[],
  finalVersions: ReadonlyMap<string, number>,
): readonly string[] {
  const registers = Map.groupBy(events, ({ register }) => register);
  return [...registers].flatMap(([register, own]) => {
    const anomalies = anomaliesOfRegister(own, finalVersions.get(register) ?? 0);
    return anomalies.map((anomaly) => `${register}: ${anomaly}`);
  });
}

function anomaliesOfRegister(events: readonly HistoryEvent[], finalVersion: number): string[] {
  const anomalies: string[] = [];
  const acknowledged = new Map<number, string>();
  const doubtful = new Map<number, Set<string>>();
  for (const { kind, version, value } of events) {
    if (kind === 'acknowledged') {
      if (acknowledged.has(version)) anomalies.push(`version ${version} was acknowledged twice`);
      if (version > finalVersion) anomalies.push(`acknowledged version ${version} is lost`);
      acknowledged.set(version, value);
    }
    if (kind === 'doubtful') doubtful.set(version, (doubtful.get(version) ?? new Set()).add(value));
  }
  for (let version = 1; version <= finalVersion; version += 1) {
    if (!acknowledged.has(version) && !doubtful.has(version))
      anomalies.push(`nobody wrote version ${version}`);
  }
  for (const event of events) {
    if (event.kind !== 'read' || event.version === 0) continue;
    const { version, value, floor = 0 } = event;
    const written = acknowledged.get(version);
    const fits = written === undefined ? doubtful.get(version)?.has(value) : written === value;
    if (fits !== true) anomalies.push(`version ${version} was read as ${value}`);
    if (version < floor) anomalies.push(`version ${version} was read after ${floor} was acknowledged`);
  }
  return [...anomalies, ...backwards(events)];
}

/** Clients that saw an older version than they had seen before. */
function backwards(events: readonly HistoryEvent[]): string[] {
  const newest = new Map<string, number>();
  const anomalies: string[] = [];
  for (const { kind, client, version } of events) {
    if (kind === 'doubtful' || kind === 'refused') continue;
    const before = newest.get(client) ?? 0;
    if (version < before) anomalies.push(`${client} saw version ${version} after ${before}`);
    newest.set(client, Math.max(before, version));
  }
  return anomalies;
}

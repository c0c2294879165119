import type { Brand } from './brand.ts';

/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Brand<number, 'Instant'>;

/** Makes an instant from epoch milliseconds. */
export function instant(epochMs: number): Instant {
  return epochMs as Instant;
}

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export const KiB = 1024;
export const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: second, m: minute, h: hour, d: day };

/** Parses `26h`, `90s`, `1.5d`, `500ms` to milliseconds; undefined when it is none. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim());
  const unit = match?.[2] === undefined ? undefined : durationUnits[match[2]];
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** A duration for people: `850 ms`, `4.2 s`, `3 min 20 s`, `26 h`, `2 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < second) return `${Math.round(durationMs)} ms`;
  if (durationMs < minute) return `${(durationMs / second).toFixed(1)} s`;
  if (durationMs < hour) return pair(durationMs, { large: minute, small: second, names: ['min', 's'] });
  if (durationMs < 2 * day) return pair(durationMs, { large: hour, small: minute, names: ['h', 'min'] });
  return pair(durationMs, { large: day, small: hour, names: ['d', 'h'] });
}

function pair(
  durationMs: number,
  unit: { large: number; small: number; names: readonly [string, string] },
): string {
  const whole = Math.round(durationMs / unit.small);
  const perLarge = unit.large / unit.small;
  const large = Math.floor(whole / perLarge);
  const small = whole % perLarge;
  return small === 0 ? `${large} ${unit.names[0]}` : `${large} ${unit.names[0]} ${small} ${unit.names[1]}`;
}

/** Bytes for people, in binary units: `512 B`, `13.4 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < KiB) return `${bytes} B`;
  if (bytes < MiB) return `${(bytes / KiB).toFixed(1)} KiB`;
  if (bytes < GiB) return `${(bytes / MiB).toFixed(1)} MiB`;
  return `${(bytes / GiB).toFixed(2)} GiB`;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const dateTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** A number as people read it: whole ones with groups of digits, others with four significant digits. */
export function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e12) return whole.format(value);
  return precise.format(value);
}

/** A number in at most five characters: 3.02M. */
export function shortNumber(value: number): string {
  return compact.format(value);
}

const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long ago a time was, in words: whole units that have passed. Times are milliseconds since 1970. */
export function agoText(time: number, now: number): string {
  const elapsed = time - now;
  for (const [unit, ms] of steps) {
    if (Math.abs(elapsed) >= ms) return relative.format(Math.trunc(elapsed / ms), unit);
  }
  return Math.abs(elapsed) < 10_000 ? 'just now' : relative.format(Math.trunc(elapsed / 1_000), 'second');
}

export function timeText(time: number): string {
  return dateTime.format(time);
}

/** A duration in words: 4.2 s, 3 min 20 s, 2 h 5 min. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.trunc(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A size in decimal units: 950 B, 4.2 MB. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const at = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const size = bytes / 1_000 ** at;
  return `${at === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[at]}`;
}

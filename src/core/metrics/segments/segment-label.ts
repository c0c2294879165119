import type { MetricKey } from '../metric.ts';

/**
 * The name of a group: `origin=SFO`, `origin=SFO, dest=LAX`; null is `∅`. Different groups have different names:
 * characters that mean something in a name or key, and unprintable ones, have a backslash before them or are spelled out.
 */
export function segmentLabel(columns: readonly string[], values: readonly (string | null)[]): string {
  return columns.map((column, at) => `${escaped(column)}=${valueText(values[at] ?? null)}`).join(', ');
}

/** A key without its segment, and the segment: of `delay.avg[origin=SFO]`, `delay.avg` and `origin=SFO`. */
export function splitSegment(key: MetricKey): { readonly metric: MetricKey; readonly segment?: string } {
  const [, metric, segment] = /^(.*[a-z\d)])\[((?:[^\\[\]]|\\.)+)\]$/su.exec(key) ?? [];
  return metric === undefined || segment === undefined ? { metric: key } : { metric, segment };
}

/** What all groups of a rule have in common: `origin`, `origin, dest`. */
export function segmentsLabel(columns: readonly string[]): string {
  return columns.map(escaped).join(', ');
}

/** The rule's columns of a group's name, as `segmentsLabel` writes them. */
export function columnsOfLabel(label: string): string {
  // Commas and equals signs of values are escaped: those that are not stand between columns, and before values.
  const parts = label.match(/(?:[^\\,]|\\.)+/gsu) ?? [];
  return parts.map((part) => /^(?:[^\\=]|\\.)*/su.exec(part)?.[0] ?? '').join(',');
}

const nullText = '∅';

function valueText(value: string | null): string {
  return value === null ? nullText : escaped(value);
}

function escaped(text: string): string {
  return text.replace(special, '\\$&').replace(control, spelledOut);
}

const special = /[\\=,[\]∅]/gu;
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu;

function spelledOut(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

import { injections } from '../inject/catalogue.ts';
import { methods, usualBudget } from '../judge/methods.ts';
import type { Report } from '../judge/report.ts';
import type { MethodSummary } from '../judge/summary.ts';

/** The summaries of a method on all streams of a report. */
export function summariesOf(report: Report, method: string): MethodSummary[] {
  return report.judgements.flatMap(({ summary }) => (summary.method === method ? [summary] : []));
}

/** The same with the threshold that hindsight would have set; none for methods that were not tuned. */
export function tunedSummariesOf(report: Report, method: string): MethodSummary[] {
  return report.judgements.flatMap(({ tuned }) => (tuned?.method === method ? [tuned] : []));
}

/** Names of the methods that a report has, in order. */
export function methodNames(report: Report): string[] {
  const known = new Set(report.judgements.map(({ summary }) => summary.method));
  return methods.map(({ name }) => name).filter((name) => known.has(name));
}

/** Assay at its default budget. */
export const ours = usualBudget.name;

/** Kinds of errors in the order of the catalogue, each with its sizes. */
export const errorKinds: readonly { readonly type: string; readonly magnitudes: readonly string[] }[] = [
  ...Map.groupBy(injections, ({ type }) => type),
].map(([type, sizes]) => ({ type, magnitudes: sizes.map(({ magnitude }) => magnitude) }));

export function meanOf<T>(all: readonly T[], figure: (one: T) => number): number {
  return all.reduce((sum, one) => sum + figure(one), 0) / all.length;
}

/** `0.93`; a dash for what there is none of. */
export function decimal(value: number | undefined, digits = 2): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);
}

/** `93 %`. */
export function percent(share: number | undefined): string {
  return share === undefined || !Number.isFinite(share) ? '–' : `${Math.round(100 * share)} %`;
}

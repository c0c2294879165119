import { limits } from '../../../base/limits.ts';
import { readable } from '../codec/byte-reader.ts';
import type { StateFamily } from '../family.ts';
import type { Frequencies, ValueTable } from '../frequencies.ts';
import { dateText } from '../texts/calendar-text.ts';
import { decimalText } from '../texts/decimal-text.ts';
import { compareText } from '../texts/order.ts';
import { textLabel } from '../texts/shorten.ts';

/**
 * Candidates for the most frequent values, the most frequent first. A candidate occurs between `count − error` and `count` times; any
 * other value at most `error` times.
 */
export type TopValues = { readonly entries: readonly TopEntry[]; readonly error: number };

export type TopEntry = { readonly text: string; readonly count: number; readonly error: number };

/** Candidates kept, so that values that are frequent only in the union are still there. */
export const topCandidatesMax = 256;

/** Characters of all candidates together: bounds the state for long texts. */
const topCharactersMax = 4_096;

/**
 * The detail `top_values`: the 20 most frequent values of texts, integers, decimals and dates with their counts, which
 * are too high by at most the stated error; exact in a batch, and as long as there are no more than 256 different values.
 * Merging gives every candidate that one side does not know the other side's error, as SpaceSaving does (Metwally et
 * al. 2005; merging: Agarwal et al., "Mergeable summaries", 2012).
 */
export const topValuesFamily: StateFamily<TopValues> = {
  key: 'top_values',
  version: 1,
  applies: (kind) => kind === 'string' || kind === 'integer' || kind === 'decimal' || kind === 'date',
  empty: () => ({ entries: [], error: 0 }),
  merge: (a, b) => {
    const others = new Map(b.entries.map((entry) => [entry.text, entry]));
    const entries = a.entries.map((entry) => {
      const other = others.get(entry.text);
      others.delete(entry.text);
      return plus(entry, other ?? { count: b.error, error: b.error });
    });
    for (const entry of others.values()) entries.push(plus(entry, { count: a.error, error: a.error }));
    return settleTopValues(entries, a.error + b.error);
  },
  fromFrequencies,
  metrics: () => [],
  details: ({ entries }) => {
    const shown = entries.slice(0, limits.topValuesMax);
    const values = shown.map(({ text, count }) => ({ value: text, count }));
    const countError = shown.reduce((most, entry) => Math.max(most, entry.error), 0);
    return [{ metric: 'top_values', values, countError }];
  },
  encode: (state, out) => {
    out.unsigned(state.error);
    out.unsigned(state.entries.length);
    for (const { text, count, error } of state.entries) {
      out.text(text);
      out.unsigned(count);
      out.unsigned(error);
    }
  },
  decode: (_version, input) => {
    const error = input.unsigned();
    const length = input.count(3);
    readable(length <= topCandidatesMax, 'there are more candidates than allowed');
    const entries = Array.from({ length }, () => ({
      text: input.text(),
      count: input.unsigned(),
      error: input.unsigned(),
    }));
    return { entries, error };
  },
};

/** The state of candidates in any order, when any other value occurs at most `error` times. */
export function settleTopValues(candidates: readonly TopEntry[], error: number): TopValues {
  const sorted = candidates.toSorted((a, b) => b.count - a.count || compareText(a.text, b.text));
  const kept: TopEntry[] = [];
  let characters = 0;
  for (const entry of sorted) {
    characters += entry.text.length;
    if (kept.length === topCandidatesMax || characters > topCharactersMax) break;
    kept.push(entry);
  }
  const left = Math.max(error, sorted[kept.length]?.count ?? 0);
  // A candidate no more frequent than what is unknown says nothing; some are kept to be shown.
  const entries = kept.filter((entry, at) => at < limits.topValuesMax || entry.count > left);
  return { entries, error: left };
}

/** The state of a table that has, with others or not, every value of more than `bound` rows. */
export function frequentValues({ counts, hashes, values }: Frequencies, bound: number): TopValues {
  const label = labeller(values, hashes);
  if (label === undefined) return topValuesFamily.empty();
  const entries: TopEntry[] = [];
  counts.forEach((count, at) => {
    if (count > bound) entries.push({ text: label(at), count, error: 0 });
  });
  return settleTopValues(entries, bound);
}

/** The same with fewer candidates: any that is left out occurs at most as often as the error then says. */
export function shortenTopValues(state: TopValues): TopValues {
  const kept = state.entries.slice(0, limits.segmentCandidatesMax);
  const error = Math.max(state.error, state.entries[kept.length]?.count ?? 0);
  return kept.length === state.entries.length ? state : { entries: kept, error };
}

function plus(entry: TopEntry, other: { readonly count: number; readonly error: number }): TopEntry {
  return { text: entry.text, count: entry.count + other.count, error: entry.error + other.error };
}

function fromFrequencies(table: Frequencies): TopValues {
  const { counts, hashes, values } = table;
  const label = labeller(values, hashes);
  if (label === undefined || counts.length === 0) return topValuesFamily.empty();
  const bar =
    counts.length <= topCandidatesMax
      ? 0
      : (counts
          .slice()
          .sort()
          .at(-1 - topCandidatesMax) ?? 0);
  const chosen: number[] = [];
  const tied: number[] = [];
  counts.forEach((count, at) => {
    if (count > bar) chosen.push(at);
    else if (count === bar) tied.push(at);
  });
  chosen.push(...leastHashes(tied, hashes, limits.topValuesMax - chosen.length));
  const entries = chosen.map((at) => ({ text: label(at), count: counts[at] ?? 0, error: 0 }));
  return settleTopValues(entries, bar);
}

/** Which of many equally frequent values are shown: those of the least hashes, so that the choice is always the same. */
function leastHashes(tied: readonly number[], hashes: Float64Array, wanted: number): number[] {
  if (wanted <= 0 || tied.length === 0) return [];
  const sorted = Float64Array.from(tied, (at) => hashes[at] ?? 0).sort();
  const bar = sorted[Math.min(wanted, sorted.length) - 1] ?? 0;
  return tied.filter((at) => (hashes[at] ?? 0) <= bar).slice(0, wanted);
}

function labeller(values: ValueTable, hashes: Float64Array): ((at: number) => string) | undefined {
  switch (values.kind) {
    case 'text':
      return (at) => textLabel(values.texts[at] ?? '', values.lengths[at] ?? 0, hashes[at] ?? 0);
    case 'whole':
      return (at) => decimalText(values.units[at] ?? 0n, values.scale);
    case 'time':
      return (at) => timeLabel(values.numbers[at] ?? 0, values.units[at] ?? 0n);
    default:
      return undefined;
  }
}

function timeLabel(number: number, unit: bigint): string {
  if (Number.isFinite(number)) return dateText(unit);
  return number > 0 ? 'infinity' : '-infinity';
}

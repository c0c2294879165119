import type { ColumnKind, ColumnType } from '../datasets/schema.ts';
import type { ByteReader } from './codec/byte-reader.ts';
import type { ByteWriter } from './codec/byte-writer.ts';
import type { Frequencies } from './frequencies.ts';
import type { MetricScale } from './metric.ts';

/**
 * A mergeable state: what has to be remembered of a set of values, so that metrics of a union of sets follow from the
 * states of the sets. With `merge` and `empty` the states are a commutative monoid, exactly or within the error that
 * the metrics state; `encode` is canonical: states that stand for the same thing have the same bytes.
 * The shape follows deequ's analyzers: state, merge and value are separate, and each family owns its codec.
 */
export interface StateFamily<State> {
  /** Stable for ever: names the family in stored profiles. */
  readonly key: string;
  /** Of the encoding. `decode` reads this version and all older ones. */
  readonly version: number;
  /** Whether columns of this kind have the state. */
  applies(kind: ColumnKind): boolean;
  /** The state of no rows. */
  empty(): State;
  /** The state of both sets of rows together. Neither argument is changed. */
  merge(a: State, b: State): State;
  /** The state of a column whose values were counted one by one. */
  fromFrequencies(table: Frequencies): State;
  /** The metrics that follow, always the same names in the same order for one type. */
  metrics(state: State, column: ColumnContext): readonly ColumnMetric[];
  /** Details that are no single number. */
  details?(state: State): readonly ColumnDetail[];
  encode(state: State, out: ByteWriter): void;
  /** Throws `UnreadableError` on bytes that `encode` did not write. */
  decode(version: number, input: ByteReader): State;
}

/** What a family has to know of the column beside its own state. */
export type ColumnContext = {
  readonly type: ColumnType;
  readonly rows: number;
  /** All states of the column, for metrics that follow from several families. */
  readonly states?: ColumnStates;
};

/** A `MetricValue` before its column is known. */
export type ColumnMetric = {
  readonly metric: string;
  readonly value: number | undefined;
  readonly exact?: string;
  readonly scale: MetricScale;
  /** Rows behind the value, where they are not all rows. */
  readonly rows?: number;
  readonly relativeError?: number;
  readonly absoluteError?: number;
};

/** A `MetricDetail` before its column is known. */
export type ColumnDetail = {
  readonly metric: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly countError: number;
};

/** The states of one column by the keys of their families. Absent: not measured, or not for this type. */
export type ColumnStates = ReadonlyMap<string, unknown>;

/** The state of one family. The map holds under a family's key only what this family made. */
export function stateOf<State>(states: ColumnStates, family: StateFamily<State>): State | undefined {
  return states.get(family.key) as State | undefined;
}

/** A state with its family, as an entry of `ColumnStates`. */
export function stateEntry<State>(family: StateFamily<State>, state: State): readonly [string, unknown] {
  return [family.key, state];
}

/** A metric that counts rows. */
export function countMetric(metric: string, value: number): ColumnMetric {
  return { metric, value, scale: 'count' };
}

/** A share of rows in percent (0–100), undefined for no rows. */
export function percentMetric(metric: string, part: number, whole: number): ColumnMetric {
  return { metric, value: whole === 0 ? undefined : (100 * part) / whole, scale: 'percent' };
}

import type { DatasetName } from '../base/ids.ts';

/** What has changed of datasets, in whichever process: a short memory for those who follow, not a history. */
export interface ChangeLog {
  /** Where the log stands now: nothing that is committed already is read from there. */
  position(): Promise<ChangePosition>;
  /**
   * Every change that was committed and is not behind `position`; and the position to read from next. Those of a reading
   * that are not `settled` come in the next one as well, because others that began before them may yet be committed.
   */
  since(position: ChangePosition, limit: number): Promise<ChangeReading>;
  /** Removes the oldest changes but so many; returns how many. */
  trim(kept: number): Promise<number>;
}

/** A place in the log that any process understands: a whole number that only grows. */
export type ChangePosition = number;

export type ChangeReading =
  | {
      readonly kind: 'changes';
      readonly changes: readonly NotedChange[];
      readonly position: ChangePosition;
    }
  /** The position is older than the log's memory, or of another database; or there were more than `limit`. */
  | { readonly kind: 'lost'; readonly position: ChangePosition };

export type ChangeKind = 'dataset' | 'partition' | 'incident' | 'job';

export type Change = {
  readonly kind: ChangeKind;
  readonly dataset: DatasetName;
  /** The partition's key, or the id of the incident or job; absent when several changed at once. */
  readonly subject?: string;
};

export type NotedChange = Change & { readonly sequence: number; readonly settled: boolean };

import { injections } from '../inject/catalogue.ts';
import { driftDays, driftInjections } from '../inject/drift.ts';
import type { Injection } from '../inject/injection.ts';

/** Partitions with fewer before them are not judged by every goal. */
export const matureFrom = 28;
/** From here on there are alarms at all. */
export const youngFrom = 14;

const every = 3;

/** An error that a partition is to be tested with. */
export type PlannedTest = {
  readonly injection: Injection;
  /** For errors that grow: where it began, and the day since then, from 1. */
  readonly growing?: { readonly began: number; readonly day: number };
};

/** The errors that the partition at `place` is tested with: the whole grid for each third one. */
export function plannedTests(place: number): readonly PlannedTest[] {
  const single = place >= youngFrom && (place - youngFrom) % every === 0 ? injections : [];
  const began = driftBeginning(place);
  return [
    ...single.map((injection) => ({ injection })),
    ...(began === undefined
      ? []
      : driftInjections.map((injection) => ({ injection, growing: { began, day: place - began + 1 } }))),
  ];
}

/** Where the error began that grows at `place`: one follows the other. */
function driftBeginning(place: number): number | undefined {
  return place < matureFrom ? undefined : place - ((place - matureFrom) % driftDays);
}

import type { DatasetName } from '../../base/ids.ts';
import type { World } from './absorb.ts';
import type { ZoneCounts } from './choose-seat.ts';
import type { Claims } from './claims.ts';
import type { Draft, TaskRef } from './draft.ts';
import type { Estimates } from './durations.ts';
import type { Seat } from './seats.ts';

/** What the steps of giving tasks to nodes share within one tick. */
export type Assigning = {
  readonly draft: Draft;
  readonly world: World;
  readonly held: ReadonlySet<DatasetName>;
  readonly seats: readonly Seat[];
  readonly zones: ZoneCounts;
  readonly claims: Claims;
  readonly estimates: Estimates;
  /** Memory of the largest node. */
  readonly capMb: number;
};

/** Takes a task that waits in front of a node back. */
export function release({ draft, zones }: Assigning, seat: Seat, ref: TaskRef): void {
  seat.spare.splice(seat.spare.indexOf(ref), 1);
  zones.add(ref, seat, -1);
  draft.apply(ref, { kind: 'released', node: seat.node.id, at: draft.now });
}

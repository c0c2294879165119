import type { Instant } from '../../../base/units.ts';
import type { DrillReport } from '../../../core/drills/drill-report.ts';

/** The faults of one kind of process: as many rows as it takes for none to hide another. */
export type FaultLane = { readonly name: string; readonly rows: readonly (readonly FaultBar[])[] };

export type FaultBar = {
  readonly fault: DrillReport['faults'][number];
  readonly fromMs: number;
  readonly toMs: number;
};

/** Of one row, in units of the drawing. */
export const laneHeight = 20;

/** By the first target's name; in this order from top to bottom. */
const lanes: readonly (readonly [name: string, belongs: RegExp])[] = [
  ['zone', /^zone /],
  ['PostgreSQL', /^postgres/],
  ['ZooKeeper', /^zookeeper/],
  ['managers', /manager-/],
  ['ingestion', /^node-ingestion/],
  ['quality', /^node-quality/],
  ['API etc.', /./],
];

/** Arranges faults by whom they hit. `minMs` is the room that the number of a fault needs. */
export function faultLanes(
  faults: DrillReport['faults'],
  frame: { readonly startedAt: Instant; readonly tookMs: number; readonly minMs: number },
): readonly FaultLane[] {
  const byLane = Map.groupBy(faults, ({ what }) => lanes.findIndex(([, belongs]) => belongs.test(what)));
  return lanes.flatMap(([name], lane) => {
    const bars = (byLane.get(lane) ?? []).map((fault) => barOf(fault, frame));
    return bars.length === 0 ? [] : [{ name, rows: packed(bars, frame.minMs) }];
  });
}

function barOf(
  fault: DrillReport['faults'][number],
  { startedAt, tookMs }: { readonly startedAt: Instant; readonly tookMs: number },
): FaultBar {
  const fromMs = fault.at - startedAt;
  return { fault, fromMs, toMs: fault.healedMs === undefined ? tookMs : fromMs + fault.healedMs };
}

/** Each into the first row where it does not touch the one before. */
function packed(bars: readonly FaultBar[], minMs: number): FaultBar[][] {
  const rows: FaultBar[][] = [];
  for (const bar of bars) {
    const row = rows.find((one) => {
      const last = one.at(-1);
      return last === undefined || Math.max(last.toMs, last.fromMs + minMs) + minMs / 2 <= bar.fromMs;
    });
    if (row === undefined) rows.push([bar]);
    else row.push(bar);
  }
  return rows;
}

import type { Side } from './bar.ts';
import { type Transform, toScale } from './transform.ts';

/** A value that alarmed and was right, and what had been expected, in the metric's own unit. */
export type FalseAlarm = { readonly side: Side; readonly value: number; readonly expected: number };

/** What people called false alarms of one metric: nothing that lies as far from its forecast alarms again. */
export class FalseAlarms {
  readonly #alarms: FalseAlarm[] = [];

  note(alarm: FalseAlarm): void {
    this.#alarms.push(alarm);
  }

  /** The largest distance to one side that was right, on a scale; 0 where nobody spoke of any. */
  reach(side: Side, transform: Transform, rows: number): number {
    let reach = 0;
    for (const { side: own, value, expected } of this.#alarms) {
      if (own !== side) continue;
      const distance = Math.abs(toScale(transform, value, rows) - toScale(transform, expected, rows));
      if (Number.isFinite(distance)) reach = Math.max(reach, distance);
    }
    return reach;
  }
}

import type { SeasonPoint } from './calendar.ts';

/** A value that alarmed and was kept out of training. */
export type DeviantPoint = {
  readonly value: number;
  readonly rows: number;
  readonly at: SeasonPoint;
  readonly sign: number;
};

const shiftAfter = 3;

/** Consecutive alarms of a metric on the same side. The third is taken for a new level. */
export class DeviationRun {
  #points: DeviantPoint[] = [];

  /** Whether one more deviation with this sign makes a new level. */
  isComplete(sign: number): boolean {
    return this.#points.length === shiftAfter - 1 && this.#points[0]?.sign === sign;
  }

  /** Whether a deviation with this sign would go on with the run. */
  continues(sign: number): boolean {
    return this.#points[0]?.sign === sign;
  }

  add(point: DeviantPoint): void {
    if (!this.continues(point.sign)) this.#points = [];
    this.#points.push(point);
  }

  /** Ends the run and gives its points. */
  take(): readonly DeviantPoint[] {
    const points = this.#points;
    this.#points = [];
    return points;
  }
}

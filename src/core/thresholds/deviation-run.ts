import type { SeasonPoint } from './calendar.ts';
import type { ConstantJudgement, ForecastJudgement } from './judgement.ts';

/** A value that alarmed and was kept out of training, with what was thought of it. */
export type DeviantPoint = {
  readonly value: number;
  readonly rows: number;
  readonly at: SeasonPoint;
  readonly judgement: ForecastJudgement | ConstantJudgement;
};

const shiftAfter = 3;

/**
 * Consecutive alarms of a metric on the same side. The third is taken for a new level. What the run teaches about errors
 * and records is learned only at its end: a band that widened with the first alarm could not confirm the second.
 */
export class DeviationRun {
  #points: DeviantPoint[] = [];

  /** Whether one more deviation with this sign makes a new level. */
  isComplete(sign: number): boolean {
    return this.#points.length === shiftAfter - 1 && this.continues(sign);
  }

  /** Whether a deviation with this sign would go on with the run. */
  continues(sign: number): boolean {
    return this.#points[0]?.judgement.sign === sign;
  }

  add(point: DeviantPoint): void {
    this.#points.push(point);
  }

  /** Ends the run and gives its points. */
  take(): readonly DeviantPoint[] {
    const points = this.#points;
    this.#points = [];
    return points;
  }
}

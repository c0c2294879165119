/**
 * Of deviations to one side: how many there were, how many beyond the threshold, and how far beyond. The sums are whole
 * numbers of millionths, so that a sum over many metrics does not depend on their order.
 */
export type TailSums = {
  readonly seen: number;
  readonly beyond: number;
  /** Of ln(deviation / threshold) over those beyond, and of its square. */
  readonly logs: number;
  readonly squares: number;
};

export const noTail: TailSums = { seen: 0, beyond: 0, logs: 0, squares: 0 };

/** About what one in ten deviations of normal noise exceeds. */
const threshold = 1.645;
const unit = 1e-6;

/** Gathers the deviations of one metric to one side, in spreads. */
export class Tail {
  #seen = 0;
  #beyond = 0;
  #logs = 0;
  #squares = 0;

  add(deviation: number): void {
    this.#seen += 1;
    if (deviation <= threshold) return;
    const log = Math.log(deviation / threshold);
    this.#beyond += 1;
    this.#logs += Math.round(log / unit);
    this.#squares += Math.round((log * log) / unit);
  }

  sums(): TailSums {
    return { seen: this.#seen, beyond: this.#beyond, logs: this.#logs, squares: this.#squares };
  }
}

export function addTails(a: TailSums, b: TailSums): TailSums {
  return {
    seen: a.seen + b.seen,
    beyond: a.beyond + b.beyond,
    logs: a.logs + b.logs,
    squares: a.squares + b.squares,
  };
}

/** The same tail as if it had been seen in at most `most` deviations. */
export function weighingAtMost(most: number, tail: TailSums): TailSums {
  if (tail.seen <= most) return tail;
  const share = most / tail.seen;
  return {
    seen: most,
    beyond: tail.beyond * share,
    logs: tail.logs * share,
    squares: tail.squares * share,
  };
}

/** How fast a tail may thin out or go on: -0.2 ends soon after what was seen, 0 is exponential, 1/3 is Student's t with 3 degrees. */
const shapeMin = -0.2;
const shapeMax = 0.7;
/** What can not exceed 100 % or 1 has an end; its tail still thins out slowly before it. */
const boundedShapeMax = 0.15;

/**
 * The deviation that is exceeded with a probability, extrapolated beyond what was seen; `beyond` > 0. `isBounded`: of a
 * metric that can only be so large. Source: Dekkers,
 * Einmahl and de Haan, "A moment estimator for the index of an extreme-value distribution", Annals of Statistics 17 (1989).
 */
export function tailQuantile(tail: TailSums, probability: number, isBounded = false): number {
  const first = (tail.logs * unit) / tail.beyond;
  const second = (tail.squares * unit) / tail.beyond;
  const bounded = 1 - 0.5 / Math.max(1e-9, 1 - (first * first) / second);
  const most = isBounded ? boundedShapeMax : shapeMax;
  const shape = Math.min(most, Math.max(shapeMin, first + bounded));
  const slope = threshold * first * (1 - Math.min(0, bounded));
  const reach = Math.max(1, tail.beyond / tail.seen / probability);
  return threshold + slope * (Math.abs(shape) < 1e-6 ? Math.log(reach) : (reach ** shape - 1) / shape);
}

/**
 * Holds the alert budget of a dataset over all its metrics together: each incident widens every learned band by about
 * 12 %, each quiet partition narrows them by a fraction of a percent, so that in the long run the rate of incidents is
 * the budget's whatever the data do. Source: Gibbs and Candès, "Adaptive conformal inference", NeurIPS 2021, taken on the
 * logarithm of the factor.
 */
export class BudgetController {
  readonly #alertsPerMonth: number;
  #lambda = 1;

  constructor(alertsPerMonth: number) {
    this.#alertsPerMonth = alertsPerMonth;
  }

  /** The factor on the bars of all learned bands. */
  get lambda(): number {
    return this.#lambda;
  }

  /** The shares of the budget for one partition: forecasts get 70 %, constants 30 %. */
  levels(partitionsPerMonth: number): BudgetLevels {
    const level = Math.min(1, this.#alertsPerMonth / partitionsPerMonth);
    return { forecast: 0.7 * level, constant: 0.3 * level };
  }

  /** After each judged partition: whether it opened an incident that nobody confirmed as real. */
  step(openedIncident: boolean, levels: BudgetLevels): void {
    const moved = this.#lambda * Math.exp(stepSize * ((openedIncident ? 1 : 0) - levels.forecast));
    this.#lambda = Math.min(lambdaMax, Math.max(lambdaMin, moved));
  }
}

/** Probabilities of a false alarm in one partition, over all metrics of a kind. */
export type BudgetLevels = { readonly forecast: number; readonly constant: number };

const stepSize = 0.12;
const lambdaMin = 0.7;
const lambdaMax = 3;

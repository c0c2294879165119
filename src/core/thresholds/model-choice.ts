import type { SeasonPoint } from './calendar.ts';
import { PredictorBank, predictors } from './predictors.ts';
import { SortedWindow } from './sorted-window.ts';

/**
 * The competing forecasts of one series with the errors that each made, all one step ahead and without knowing the value:
 * so they contain the error of estimation too. The forecast with the smallest past errors is used.
 */
export class ModelChoice {
  readonly #bank = new PredictorBank();
  readonly #errors: readonly SortedWindow[];
  #absorbed = 0;

  constructor(capacity: number) {
    this.#errors = predictors.map(() => new SortedWindow(capacity));
  }

  predict(at: SeasonPoint, size: number | undefined): Float64Array {
    return this.#bank.predict(at, size);
  }

  /** The smallest typical error that any forecast has had; infinite while none has had enough. */
  leastLoss(): number {
    const losses = this.#errors.map((errors, place) => this.#loss(errors, predictors[place]?.penalty ?? 1));
    return Math.min(...losses);
  }

  /** The place of the best forecast among those of `predictions` that have enough past errors; -1 when none has. */
  best(predictions: Float64Array): number {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const [place, { penalty }] of predictors.entries()) {
      const errors = this.#errors[place];
      if (errors === undefined || Number.isNaN(predictions[place])) continue;
      const loss = this.#loss(errors, penalty);
      if (loss < least) {
        least = loss;
        best = place;
      }
    }
    return best;
  }

  #loss(errors: SortedWindow, penalty: number): number {
    const needed = Math.max(4, Math.min(10, this.#absorbed / 3));
    if (errors.size < needed) return Number.POSITIVE_INFINITY;
    return (penalty * (errors.sum / errors.size + errors.median())) / 2;
  }

  /** The absolute past errors of one forecast. */
  errors(place: number): SortedWindow {
    const errors = this.#errors[place];
    if (errors === undefined) throw new RangeError(`no forecast ${place}`);
    return errors;
  }

  /** The largest step from one value to the next. */
  largestStep(): number {
    return this.errors(lastModel).largest(0);
  }

  /** Notes how far each forecast lay from a value; `most` clips the errors of a value that is not to be trusted. */
  absorbErrors(value: number, predictions: Float64Array, most = Number.POSITIVE_INFINITY): void {
    for (const [place, errors] of this.#errors.entries()) {
      const prediction = predictions[place] ?? Number.NaN;
      if (!Number.isNaN(prediction)) errors.push(Math.min(most, Math.abs(value - prediction)));
    }
  }

  /** Takes in a value that is to be learned from. */
  absorbValue(value: number, at: SeasonPoint, size: number | undefined): void {
    this.#bank.absorb(value, at, size);
    this.#absorbed += 1;
  }
}

const lastModel = predictors.findIndex(({ name }) => name === 'last');

import type { MetricModel } from './per-metric.ts';
import { inSpreads } from './spread.ts';

/**
 * Deequ's OnlineNormalStrategy: running mean and variance with the judged value already in them, so that the score of the
 * nth value is at most √(n − 1). The first tenth of the series is not judged; here that is long over.
 */
export class OnlineNormal implements MetricModel {
  #count = 0;
  #mean = 0;
  #squares = 0;

  score(value: number): number | undefined {
    if (this.#count === 0) return undefined;
    const { count, mean, squares } = this.#with(value);
    return inSpreads(value - mean, Math.sqrt(squares / count));
  }

  absorb(value: number): void {
    const { count, mean, squares } = this.#with(value);
    this.#count = count;
    this.#mean = mean;
    this.#squares = squares;
  }

  #with(value: number): { count: number; mean: number; squares: number } {
    const count = this.#count + 1;
    const mean = this.#mean + (value - this.#mean) / count;
    return { count, mean, squares: this.#squares + (value - this.#mean) * (value - mean) };
  }
}

/** Deequ's RelativeRateOfChangeStrategy: the value over the one before it, or the inverse, whichever is larger. */
export class RelativeRateOfChange implements MetricModel {
  #last: number | undefined;

  score(value: number): number | undefined {
    if (this.#last === undefined) return undefined;
    if (value === this.#last) return 1;
    const ratio = value / this.#last;
    // A change of sign, from nothing or to nothing is beyond any rate.
    return ratio > 0 ? Math.max(ratio, 1 / ratio) : Number.POSITIVE_INFINITY;
  }

  absorb(value: number): void {
    this.#last = value;
  }
}

const period = 7;
const steps = [0.05, 0.2, 0.5, 0.8] as const;

type Fit = { readonly forecast: number; readonly spread: number };

/**
 * Deequ's HoltWinters for daily series with a week's season: additive smoothing whose three factors minimise the squared
 * one-step errors (on a grid instead of by L-BFGS-B). The score is the error of the forecast in standard deviations of the
 * past absolute errors; Deequ alarms above 1.96.
 */
export class HoltWinters implements MetricModel {
  readonly #values: number[] = [];
  #fit: Fit | undefined;

  score(value: number): number | undefined {
    if (this.#values.length < 2 * period) return undefined;
    const { forecast, spread } = (this.#fit ??= bestFit(this.#values));
    return inSpreads(value - forecast, spread);
  }

  absorb(value: number): void {
    this.#values.push(value);
    this.#fit = undefined;
  }
}

function bestFit(values: readonly number[]): Fit {
  const series = Float64Array.from(values);
  let best: { loss: number; fit: Fit } | undefined;
  for (const level of steps) {
    for (const trend of steps) {
      for (const season of steps) {
        const one = smooth(series, { level, trend, season });
        if (best === undefined || one.loss < best.loss) best = one;
      }
    }
  }
  return best?.fit ?? { forecast: Number.NaN, spread: Number.NaN };
}

function smooth(
  series: Float64Array,
  factors: { level: number; trend: number; season: number },
): { loss: number; fit: Fit } {
  const first = series.subarray(0, period);
  const second = series.subarray(period, 2 * period);
  let level = first.reduce((sum, value) => sum + value, 0) / period;
  let trend = (second.reduce((sum, value) => sum + value, 0) / period - level) / period;
  const season = first.map((value) => value - level);
  const count = series.length - period;
  let [loss, absolute] = [0, 0];
  for (let at = period; at < series.length; at += 1) {
    const value = series[at] ?? 0;
    const slot = at % period;
    const effect = season[slot] ?? 0;
    const error = value - (level + trend + effect);
    loss += error * error;
    absolute += Math.abs(error);
    const before = level;
    level = factors.level * (value - effect) + (1 - factors.level) * (level + trend);
    trend = factors.trend * (level - before) + (1 - factors.trend) * trend;
    season[slot] = factors.season * (value - level) + (1 - factors.season) * effect;
  }
  const spread = Math.sqrt(Math.max(0, loss / count - (absolute / count) ** 2));
  return { loss, fit: { forecast: level + trend + (season[series.length % period] ?? 0), spread } };
}

import type { MetricScale } from '../metrics/metric.ts';
import type { SeasonPoint } from './calendar.ts';
import { ModelChoice } from './model-choice.ts';
import { smallMedian } from './small-median.ts';
import type { SortedWindow } from './sorted-window.ts';
import { firstTransform, type Transform, toScale } from './transform.ts';

/** A value that is learned from, and where it stands. */
export type SeriesPoint = { readonly value: number; readonly rows: number; readonly at: SeasonPoint };

/** Points after which the transform is reviewed, and how much better the other one must be. */
const transformReviews = [14, 28, 56, 112, 224];
const transformMargin = 0.93;
const noiseWindow = 14;

/**
 * The values of a metric that are learned from, on the scale on which their noise is even, with the forecasts that compete
 * for the next one. The scale is chosen anew now and then; a level shift moves the past as a whole.
 */
export class ForecastSeries {
  readonly #scale: MetricScale;
  readonly #followsRows: boolean;
  readonly #capacity: number;
  #transform: Transform;
  #models: ModelChoice;
  /** Added by level shifts: the forecasts live on the series without its jumps. */
  #offset = 0;
  /** Since the last level shift; what a change of the transform is rebuilt from. */
  #trained: SeriesPoint[] = [];

  constructor(
    of: {
      readonly scale: MetricScale;
      /** Whether the metric may follow the number of rows behind it. */
      readonly followsRows: boolean;
    },
    capacity: number,
  ) {
    this.#scale = of.scale;
    this.#followsRows = of.followsRows;
    this.#capacity = capacity;
    this.#transform = firstTransform(of.scale);
    this.#models = new ModelChoice(capacity);
  }

  get transform(): Transform {
    return this.#transform;
  }

  /** The newest value that was learned from. */
  get last(): number {
    return this.#trained.at(-1)?.value ?? 0;
  }

  /** How much noisier an average of so few rows is than the last that were learned from: by the root of the ratio. */
  noiseOf(rows: number): number {
    const usual = smallMedian(this.#trained.slice(-noiseWindow).map((point) => point.rows));
    return rows > 0 && rows < usual ? Math.sqrt(usual / rows) : 1;
  }

  /** The largest step from one value to the next. */
  get largestStep(): number {
    return this.#models.largestStep();
  }

  /** All forecasts of a point, without what level shifts added: what `absorbErrors` wants back. */
  predict({ at, rows }: Omit<SeriesPoint, 'value'>): Float64Array {
    return this.#models.predict(at, this.#size(this.#transform, rows));
  }

  /** The place of the best forecast; -1 when none has enough past errors. */
  best(predictions: Float64Array): number {
    return this.#models.best(predictions);
  }

  /** One of the forecasts, with what level shifts added. */
  prediction(predictions: Float64Array, model: number): number {
    return (predictions[model] ?? 0) + this.#offset;
  }

  /** The absolute past errors of one forecast. */
  errors(model: number): SortedWindow {
    return this.#models.errors(model);
  }

  /** Notes how far the forecasts lay from a value on their scale, at most `most`. */
  absorbErrors(scaled: number, predictions: Float64Array, most?: number): void {
    this.#models.absorbErrors(scaled - this.#offset, predictions, most);
  }

  /** Takes in a value that is to be learned from. */
  train(point: SeriesPoint): void {
    const scaled = toScale(this.#transform, point.value, point.rows) - this.#offset;
    if (!Number.isFinite(scaled)) return;
    this.#models.absorbValue(scaled, point.at, this.#size(this.#transform, point.rows));
    this.#trained.push({ value: point.value, rows: point.rows, at: point.at });
    if (this.#trained.length > this.#capacity) this.#trained.shift();
  }

  /** Moves the whole past by the typical error of the given points, so that seasons and errors are kept; learns from them. */
  shiftLevel(points: readonly SeriesPoint[]): void {
    const jumps = points.map((point) => {
      const predictions = this.predict(point);
      const model = Math.max(0, this.best(predictions));
      return toScale(this.#transform, point.value, point.rows) - this.prediction(predictions, model);
    });
    const jump = jumps.sort((a, b) => a - b)[jumps.length >> 1] ?? 0;
    if (Number.isFinite(jump)) this.#offset += jump;
    this.#trained = [];
    for (const point of points) this.train(point);
  }

  /** Goes back from the logarithm: a value came that has none. */
  dropLogarithm(): void {
    this.#use('identity', this.#rebuilt('identity'));
  }

  /** Now and then: whether the logarithm describes the series better, by the likelihood of the forecasts' errors. */
  reviewTransform(): void {
    if (!transformReviews.includes(this.#trained.length) || !this.#mayBeLogarithm()) return;
    const other = this.#transform === 'log' ? 'identity' : 'log';
    const logarithms =
      this.#trained.reduce((sum, { value }) => sum + Math.log(value), 0) / this.#trained.length;
    const models = this.#rebuilt(other);
    // The geometric mean is what the density of a value gains when its logarithm is taken (Box and Cox, 1964).
    const gain = Math.exp(other === 'log' ? logarithms : -logarithms);
    if (models.leastLoss() * gain <= transformMargin * this.#models.leastLoss()) this.#use(other, models);
  }

  /**
   * Counts must stay above 0; numbers that may as well be negative need a distance from it. Delays and distances between
   * distributions are watched for being large: their logarithms are even, but those bands reach to days, and to all there is.
   */
  #mayBeLogarithm(): boolean {
    if (this.#scale === 'duration' || this.#scale === 'distance') return false;
    if (this.#transform === 'arcsine') return false;
    const sorted = this.#trained.map(({ value }) => value).sort((a, b) => a - b);
    const [least = 0] = sorted;
    if (this.#scale !== 'number') return least > 0;
    return sorted.length >= 28 && least > 0.1 * (sorted[sorted.length >> 1] ?? 0) && least > 0;
  }

  #use(transform: Transform, models: ModelChoice): void {
    this.#transform = transform;
    this.#models = models;
    this.#offset = 0;
  }

  #rebuilt(transform: Transform): ModelChoice {
    const models = new ModelChoice(this.#capacity);
    for (const { value, rows, at } of this.#trained) {
      const scaled = toScale(transform, value, rows);
      const size = this.#size(transform, rows);
      models.absorbErrors(scaled, models.predict(at, size));
      models.absorbValue(scaled, at, size);
    }
    return models;
  }

  /** The number of rows as the metric may follow it. */
  #size(transform: Transform, rows: number): number | undefined {
    if (!this.#followsRows) return undefined;
    return transform === 'identity' ? rows : Math.log1p(rows);
  }
}

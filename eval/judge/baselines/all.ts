import type { Method } from '../method.ts';
import { HoltWinters, OnlineNormal, RelativeRateOfChange } from './deequ.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';
import { perMetric } from './per-metric.ts';
import { ElementaryDeviation, MeanDeviation, MedianDeviation, RangeDeviation } from './spread.ts';

/** The usual methods, as they are usually set. Deequ's BatchNormal is the first. */
export const baselines: readonly Method[] = [
  perMetric('mean ± 3 sd', 3, () => new MeanDeviation()),
  perMetric('mean ± 6 sd', 6, () => new MeanDeviation()),
  perMetric('Elementary (14 days, 3 sd)', 3, () => new ElementaryDeviation()),
  perMetric('median ± 3 MAD', 3, () => new MedianDeviation()),
  perMetric('min/max', 1, () => new RangeDeviation()),
  perMetric('Deequ OnlineNormal (3 sd)', 3, () => new OnlineNormal()),
  perMetric('Deequ RelativeRateOfChange (× 2)', 2, () => new RelativeRateOfChange()),
  perMetric('Deequ HoltWinters (1.96)', 1.96, () => new HoltWinters()),
  nearestNeighbours,
];

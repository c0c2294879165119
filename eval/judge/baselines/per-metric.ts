import type { MetricKey } from '../../../src/core/metrics/metric.ts';
import type { Judge, Method } from '../method.ts';

/** What a baseline knows of one metric. */
export interface MetricModel {
  /** How far a value deviates; undefined while too little is known. Learns nothing. */
  score(value: number): number | undefined;
  absorb(value: number): void;
}

/** A method that judges each metric by itself. It learns from every value. */
export function perMetric(name: string, usual: number, begin: () => MetricModel): Method {
  return { name, usual, takesTimes: false, judgesEachAlone: true, begin: () => new PerMetricJudge(begin) };
}

class PerMetricJudge implements Judge {
  readonly #begin: () => MetricModel;
  readonly #models = new Map<MetricKey, MetricModel>();

  constructor(begin: () => MetricModel) {
    this.#begin = begin;
  }

  score({ metrics }: Parameters<Judge['score']>[0]): Map<MetricKey, number> {
    const scores = new Map<MetricKey, number>();
    for (const { metric, value } of metrics) {
      if (value === null || !Number.isFinite(value)) continue;
      const score = this.#models.get(metric)?.score(value);
      if (score !== undefined) scores.set(metric, score);
    }
    return scores;
  }

  absorb({ metrics }: Parameters<Judge['absorb']>[0]): void {
    for (const { metric, value } of metrics) {
      if (value === null || !Number.isFinite(value)) continue;
      const model = this.#models.get(metric) ?? this.#begin();
      this.#models.set(metric, model);
      model.absorb(value);
    }
  }
}

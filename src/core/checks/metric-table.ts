import { type MetricKey, type MetricValue, metricKey } from '../metrics/metric.ts';
import { nearest, suggestion } from '../text/nearest.ts';
import type { CheckProblem } from './check-problem.ts';
import type { CheckDefinition } from './definition.ts';
import { metricLabel } from './describe-check.ts';

/** The measured metrics of one revision, found by key. */
export class MetricTable {
  readonly #byKey: ReadonlyMap<MetricKey, MetricValue>;
  readonly #columns: ReadonlySet<string>;
  readonly #problems: ReadonlyMap<MetricKey, CheckProblem>;

  constructor(
    values: readonly MetricValue[],
    columns: Iterable<string>,
    problems: ReadonlyMap<MetricKey, CheckProblem> = new Map(),
  ) {
    this.#byKey = new Map(
      values.map((value) => [metricKey(value.metric, value.column, value.segment), value]),
    );
    this.#columns = new Set(columns);
    this.#problems = problems;
  }

  get(key: MetricKey): MetricValue | undefined {
    return this.#byKey.get(key);
  }

  /** The value that a check is about; or what is wrong with the check, in one sentence. */
  find(check: CheckDefinition, column: string | undefined): MetricValue | CheckProblem {
    if (column !== undefined && !this.#columns.has(column)) {
      const hint = suggestion(column, this.#columns);
      return { code: 'COLUMN_NOT_FOUND', message: `the data has no column “${column}”${hint}` };
    }
    const metric = metricLabel(check);
    const key = metricKey(metric, column);
    const found = this.#problems.get(key) ?? this.#byKey.get(key);
    return found ?? { code: 'METRIC_NOT_FOUND', message: this.#missing(metric, column) };
  }

  #missing(metric: string, column: string | undefined): string {
    const siblings = [...this.#byKey.values()].filter(
      (value) => value.column === column && value.segment === undefined,
    );
    const names = siblings.map((value) => value.metric);
    const where = column === undefined ? 'the dataset' : `the column “${column}”`;
    const meant = nearest(metric, names);
    if (meant !== undefined) return `${where} has no metric “${metric}”; did you mean “${meant}”?`;
    return `${where} has no metric “${metric}”; it has ${names.slice(0, 12).join(', ')}`;
  }
}

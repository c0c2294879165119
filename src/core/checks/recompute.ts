import { type Band, bandOf, bandSeverity, isOutside } from '../thresholds/band.ts';
import { barOf } from '../thresholds/bar.ts';
import { constantSeverity } from '../thresholds/invariants.ts';
import type { LearnedRecord } from '../thresholds/record.ts';
import { spreadOf } from '../thresholds/scale.ts';
import { alarmingSides, learnedStatus } from '../thresholds/verdict.ts';
import { conditionBounds } from './conditions.ts';
import type { Result, ResultStatus } from './result.ts';
import { schemaStatus } from './schema-check.ts';
import { setSeverity } from './set-checks.ts';

/** A verdict computed again from its stored record. */
export type Recomputation = {
  /** Whether every figure came out the same, bit for bit. */
  readonly agrees: boolean;
  readonly status: ResultStatus;
  readonly lower?: number;
  readonly upper?: number;
  readonly severity?: number;
  /** Where it did not, for people: `upper is 17,400 in the record, 17,401 computed again`. */
  readonly differences: readonly string[];
};

type Figures = Readonly<Record<string, number | string | undefined>>;
type Verdict = {
  readonly status: ResultStatus;
  readonly lower?: number;
  readonly upper?: number;
  readonly severity?: number;
};

/** Computes a result's verdict again from its record, without any other data. */
export function recomputeResult(result: Result): Recomputation {
  const { verdict, stored, computed, missing } = recompute(result);
  const shown = ['status', 'lower', 'upper', 'severity'] as const;
  const pairs: [name: string, stored: unknown, computed: unknown][] = [
    ...Object.keys(computed).map((name): [string, unknown, unknown] => [name, stored[name], computed[name]]),
    ...shown
      .filter((name) => name in verdict)
      .map((name): [string, unknown, unknown] => [`the result's ${name}`, result[name], verdict[name]]),
  ];
  const differences = pairs
    .filter(([, a, b]) => a !== b)
    .map(([name, a, b]) => `${name} is ${String(a)} in the record, ${String(b)} computed again`);
  const all = missing === undefined ? differences : [missing, ...differences];
  return { agrees: all.length === 0, ...verdict, differences: all };
}

type Computation = {
  readonly verdict: Verdict;
  readonly stored: Figures;
  readonly computed: Figures;
  readonly missing?: string;
};

function recompute(result: Result): Computation {
  const { record, value } = result;
  switch (record.kind) {
    case 'learned':
      return recomputeLearned(result, record.learned);
    case 'set': {
      const bounds = conditionBounds(record.threshold);
      if (value === undefined || record.reason !== undefined)
        return plain({ status: 'not_evaluated', ...bounds });
      const severity = setSeverity(value, record.threshold);
      return plain({ status: severity === 0 ? 'pass' : record.threshold.level, ...bounds, severity });
    }
    case 'schema': {
      const hasBefore = record.comparedWith !== undefined;
      return plain({ status: hasBefore ? schemaStatus(record.changes) : 'not_evaluated' });
    }
    case 'rule':
      if (record.rule === 'segments') return plain({ status: 'pass' });
      return plain({ status: record.rule === 'empty_partition' && value !== 0 ? 'pass' : 'fail' });
    case 'error':
      return plain({ status: 'error' });
  }
}

function plain(verdict: Verdict): Computation {
  return { verdict, stored: {}, computed: {} };
}

function recomputeLearned(result: Result, learned: LearnedRecord): Computation {
  switch (learned.state) {
    case 'learning':
      return plain({ status: 'not_evaluated' });
    case 'new_level':
      return plain({ status: 'warn', severity: 1 });
    case 'banded':
      return recomputeBand(result, learned);
    case 'constant':
      return recomputeConstant(result, learned);
  }
}

function recomputeBand(result: Result, learned: Extract<LearnedRecord, { state: 'banded' }>): Computation {
  const { basis, scale, floor, quantile, recordZ, lambda, sensitivity, transform, prediction, history } =
    learned;
  if (basis === undefined || result.value === undefined) return incomplete(result);
  const { metricScale, direction, rows, errors, coldFactor } = basis;
  const spread = spreadOf(scale, floor, errors);
  const shared = { lambda, sensitivity, coldFactor };
  const bar = barOf({ quantile, recordZ, ...shared });
  const barBelow = learned.below === undefined ? bar : barOf({ ...learned.below, ...shared });
  const figures = { metricScale, transform, prediction, spread, barAbove: bar, barBelow, rows };
  const band: Band = bandOf(figures);
  const severity = bandSeverity(result.value, figures, band);
  const alarm = isOutside(result.value, band, direction);
  return {
    verdict: {
      status: learnedStatus({ alarm, severity, history }),
      ...alarmingSides(band, direction),
      severity,
    },
    stored: { ...learned, barBelow: learned.below?.bar ?? bar, basis: '', below: '', excluded: '' },
    computed: { spread, bar, barBelow, ...band },
  };
}

function recomputeConstant(
  result: Result,
  learned: Extract<LearnedRecord, { state: 'constant' }>,
): Computation {
  const { basis, constant, lower, upper, history } = learned;
  if (basis === undefined || result.value === undefined) return incomplete(result);
  const { direction, metricScale, rows } = basis;
  const severity = constantSeverity({ value: result.value, constant, lower, upper, metricScale, rows });
  const alarm = isOutside(result.value, learned, direction);
  return plain({
    status: learnedStatus({ alarm, severity, history }),
    ...alarmingSides(learned, direction),
    severity,
  });
}

function incomplete(result: Result): Computation {
  return { ...plain({ status: result.status }), missing: 'the record lacks figures to compute from' };
}

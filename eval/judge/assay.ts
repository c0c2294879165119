import { learnedRules } from '../../src/core/checks/learned-rules.ts';
import { createLearner } from '../../src/core/thresholds/learner.ts';
import type { Method } from './method.ts';

/** Assay's own learned thresholds at a budget of false alarms a month. The score is the severity; alarms are above 1. */
export function assay(alertsPerMonth: number): Method {
  return {
    name: `Assay, budget ${alertsPerMonth}`,
    usual: 1,
    takesTimes: true,
    judgesEachAlone: true,
    begin: (definition) => {
      const learner = createLearner({ alertsPerMonth, ruleOf: learnedRules(definition) });
      return {
        score: (point) =>
          new Map(
            learner.judge(point).flatMap(({ metric, status, severity = 0 }) => {
              if (status === 'not_evaluated') return [];
              const isAlarm = status === 'warn' || status === 'fail';
              // A new level is told with the severity of the edge itself.
              return [[metric, isAlarm ? Math.max(severity, 1 + 1e-9) : Math.min(severity, 1)] as const];
            }),
          ),
        absorb: (point) => learner.absorb(point),
      };
    },
  };
}

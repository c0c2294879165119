import type { ErrorCode } from '../../base/errors.ts';
import { validityFamily } from './families/validity.ts';
import { stateOf } from './family.ts';
import { type MetricKey, metricKey } from './metric.ts';
import type { Profile } from './profile.ts';

/** Why a rule's metrics have no value, in one sentence. */
type RefusedRule = { readonly code: ErrorCode; readonly message: string };

/** The metrics of validity rules that could not be asked, each with the reason: `CHECKS_INVALID`. */
export function refusedRules(profile: Profile): ReadonlyMap<MetricKey, RefusedRule> {
  const refused = new Map<MetricKey, RefusedRule>();
  for (const { name, states } of profile.columns) {
    for (const rule of stateOf(states, validityFamily) ?? []) {
      if (rule.kind === 'judged') continue;
      const message = `“${rule.label}” of the column “${name}” can not be checked: ${rule.reason}`;
      for (const metric of ['invalid_count', 'invalid_percent']) {
        refused.set(metricKey(`${metric}(${rule.label})`, name), { code: 'CHECKS_INVALID', message });
      }
    }
  }
  return refused;
}

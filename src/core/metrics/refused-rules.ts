import { type Failure, failure } from '../../base/errors.ts';
import { validityFamily } from './families/validity.ts';
import { stateOf } from './family.ts';
import type { Profile } from './profile.ts';

/** Why validity rules of a profile have no values: `CHECKS_INVALID`, each naming its column and rule. */
export function refusedRules(profile: Profile): readonly Failure[] {
  return profile.columns.flatMap(({ name, states }) => {
    const rules = stateOf(states, validityFamily) ?? [];
    return rules.flatMap((rule) => {
      if (rule.kind === 'judged') return [];
      const message = `The rule ${rule.label} of the column ${name} can not be checked: ${rule.reason}`;
      return [failure('CHECKS_INVALID', message, { where: name })];
    });
  });
}

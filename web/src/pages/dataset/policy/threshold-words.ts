import type { SetThreshold } from '../../../../../src/core/checks/definition.ts';
import { describeCondition } from '../../../../../src/core/checks/describe-check.ts';
import { formatOf } from '../../../../../src/core/checks/format.ts';
import { type Thresholds, usualLearning } from './policy-draft.ts';

/** What holds for a metric, in words: `must be greater than 0; learned, only a rise`. */
export function thresholdWords(metric: string, { learned = usualLearning, sets }: Thresholds): string {
  const said = sets.map(({ threshold }) => setWords(metric, threshold));
  const { enabled, direction, sensitivity } = learned;
  const wishes = [
    ...{ up: ['only a rise'], down: ['only a drop'], both: [] }[direction],
    ...(sensitivity === 'medium' ? [] : [`${sensitivity} sensitivity`]),
  ];
  return [...said, enabled ? ['learned', ...wishes].join(', ') : 'not learned'].join('; ');
}

function setWords(metric: string, { conditions, level }: SetThreshold): string {
  const words = conditions.map((condition) => describeCondition(condition, formatOf(metric)));
  return `${words.join(' and ')}${level === 'warn' ? ' (warns)' : ''}`;
}

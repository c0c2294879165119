import { useState } from 'react';
import type { LearnedThreshold, SetThreshold } from '../../../../../src/core/checks/definition.ts';
import type { DatasetDefinition } from '../../../../../src/core/datasets/definition.ts';
import { type Bound, boundOf, conditionOf } from './bounds.ts';
import { policyYaml, readPolicy, thresholdsOf, usualLearning, withThresholds } from './policy-draft.ts';

/** The thresholds of one metric while they are being edited, and the draft that they would make. */
export function useThresholdForm(draft: DatasetDefinition, metric: string) {
  const [now] = useState(() => thresholdsOf(draft, metric));
  const [first, ...others] = now.sets.map(({ threshold }) => threshold);
  const [learned, setLearned] = useState<LearnedThreshold>(now.learned ?? usualLearning);
  const [level, setLevel] = useState<SetThreshold['level']>(first?.level ?? 'fail');
  const [bounds, setBounds] = useState<readonly Bound[]>(() =>
    (first?.conditions ?? []).map((one) => boundOf(metric, one)),
  );
  const read = bounds.map((bound) => conditionOf(metric, bound));
  const conditions = read.filter((one) => typeof one !== 'string');
  const isReadable = conditions.length === read.length;
  const own: readonly SetThreshold[] = conditions.length === 0 ? [] : [{ kind: 'set', level, conditions }];
  const candidate = withThresholds(draft, metric, { learned, sets: [...own, ...others] });
  const checked = readPolicy(policyYaml(candidate), draft);
  return {
    learned,
    setLearned,
    level,
    setLevel,
    bounds,
    setBounds,
    /** What is wrong with the text of each bound. */
    errors: read.map((one) => (typeof one === 'string' ? one : undefined)),
    /** Bounds beside the edited ones, which stay. */
    others,
    candidate,
    /** What is wrong with all of it together. */
    faults: isReadable && !checked.ok ? checked.error : [],
    isReady: isReadable && checked.ok,
  };
}

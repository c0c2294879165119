import { useMutation } from '@tanstack/react-query';
import type { DatasetDefinition } from '../../../../../src/core/datasets/definition.ts';
import type { ReplayView } from '../../../../../src/services/quality/replays.ts';
import { act } from '../../../api/request.ts';
import { policyYaml } from './policy-draft.ts';

/** Judges the measured past by a draft; `metrics` are those whose series are wanted in any case. */
export function useReplay(metrics: readonly string[]) {
  return useMutation({
    mutationFn: (draft: DatasetDefinition) =>
      act<ReplayView>('POST', `/datasets/${encodeURIComponent(draft.dataset)}/replay`, {
        yaml: policyYaml(draft),
        file: 'policy.yaml',
        metrics,
      }),
  });
}

import type { ReplayedPartition } from '../../../core/policies/replay.ts';
import type { SignKind } from '../html/status-sign.ts';

/** What a partition is shown as: one that passed without any learned verdict had too little history. */
export function markKindOf({ status, learned }: Pick<ReplayedPartition, 'status' | 'learned'>): SignKind {
  if (status === 'not_evaluated' || (status === 'pass' && learned === 0)) return 'learning';
  return status;
}

import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import { spreadChance } from '../resilience/spread.ts';
import type { DueDataset } from './schedule.ts';

/**
 * When a dataset is looked at that is overdue with many others, because nobody scheduled for a while: at a place of its own
 * in the minutes that follow, by its name, so that sources do not meet a day's work at once. Undefined for one that is in
 * time, or has its place already.
 */
export function catchUpPlace({ definition, schedule }: DueDataset, now: Instant): Instant | undefined {
  const isOverdue = now - schedule.nextAt > limits.catchUpAfterMs;
  if (!isOverdue || schedule.state?.spreadFrom !== undefined) return undefined;
  // What stands behind the name spreads names that differ in their last characters alone.
  const part = spreadChance(0, `${definition.dataset}/catch-up`);
  return instant(now + Math.ceil(part * limits.catchUpWindowMs));
}

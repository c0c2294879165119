import type { ScheduleDecision, ScheduleState } from './schedule.ts';

/** What the rule of a type of dataset decides: the decision without its times, and what it remembers of its own. */
export type Ruling = Pick<ScheduleDecision, 'kind' | 'reason' | 'nextAt'> &
  Pick<ScheduleState, 'slot' | 'pollMs'>;

import { clusterLimits } from './limits/clusters.ts';
import { dataLimits } from './limits/data.ts';
import { peopleLimits } from './limits/people.ts';
import { storeLimits } from './limits/stores.ts';
import { workLimits } from './limits/work.ts';

/**
 * Every limit of Assay, in one place. Nothing grows without one: queues, batches, retries, bodies, waits, samples.
 * Those that an operator may change are defaults of `config.ts`; the others are part of the design.
 */
export const limits = {
  ...dataLimits,
  ...workLimits,
  ...peopleLimits,
  ...storeLimits,
  ...clusterLimits,
} as const;

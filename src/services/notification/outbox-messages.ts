import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { planMessage } from '../../core/notifications/plan.ts';
import type { OutboxMessage } from '../../ports/outbox.ts';
import { currentWork } from '../tracing/current-work.ts';

/** A message for each place where it goes, under a key that is the same whenever it is made of the same `key`. */
export function outboxMessages(key: string, of: Parameters<typeof planMessage>[0]): OutboxMessage[] {
  const { traceId } = currentWork();
  const message = traceId === undefined ? of.message : { ...of.message, traceId };
  return planMessage(of).map(({ channel, dueAt }) => ({
    id: `${key}/${channel}`,
    dataset: message.dataset,
    channel,
    message,
    dueAt,
  }));
}

/** Whether the plan for a message depends on what was told before. */
export function needsTold({ notify }: Pick<DatasetDefinition, 'notify'>): boolean {
  return notify.some(({ repeatMs }) => repeatMs !== undefined);
}

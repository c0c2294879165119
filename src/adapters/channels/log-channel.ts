import { succeed } from '../../base/outcome.ts';
import type { Channel } from '../../ports/channel.ts';
import type { Log } from '../../ports/log.ts';

/** Writes messages to the log: as a warning what is not well, else as information. Never fails. */
export function createLogChannel(log: Log): Channel {
  return {
    deliver: async ({ id, message }) => {
      // It comes from the log.
      if (message.kind === 'operator_error') return succeed(undefined);
      const { kind, dataset, partition, revision, status, title, lines, counts, incidents } = message;
      const fields = {
        notification: id,
        kind,
        dataset,
        partition,
        revision,
        status,
        title,
        lines,
        counts,
        incidents,
      };
      if (status === 'fail' || status === 'error' || status === 'warn') log.warn('notification', fields);
      else log.info('notification', fields);
      return succeed(undefined);
    },
  };
}

import pg from 'pg';
import { limits } from '../../../base/limits.ts';
import type { Log } from '../../../ports/log.ts';
import { inProcessSignal, type JobSignal } from '../job-signal.ts';
import { clientConfig } from './client-config.ts';

export interface JobNotifications extends JobSignal {
  close(): Promise<void>;
}

/**
 * The signal between all processes of a database: `NOTIFY`, and `LISTEN` on a connection of its own, which connects again
 * for ever. What was notified meanwhile is lost, so that listeners are woken after each connect.
 */
export function createJobNotifications(
  url: string,
  kit: {
    readonly log: Log;
    /** Sends a notification; may fail. */
    readonly notify: (channel: string) => Promise<void>;
    /** Sleeps a little less than this; at once when everything closes. */
    readonly pause: (durationMs: number) => Promise<void>;
    /** Without it only this process's own changes wake listeners. */
    readonly listens: boolean;
  },
): JobNotifications {
  const local = inProcessSignal();
  const closed = new AbortController();
  const listening = kit.listens
    ? listenForEver(url, { ...kit, closed: closed.signal, wake: () => local.changed() })
    : undefined;
  const sender = new Sender(() => kit.notify(channel));
  return {
    changed: () => {
      local.changed();
      sender.send();
    },
    onChange: (listener) => local.onChange(listener),
    close: async () => {
      closed.abort();
      await Promise.all([listening, sender.finished()]);
    },
  };
}

const channel = 'assay_jobs';

/** One notification on its way at a time: all changes of that time are told by the next one. */
class Sender {
  readonly #notify: () => Promise<void>;
  #sending: Promise<void> | undefined;
  #isDue = false;

  constructor(notify: () => Promise<void>) {
    this.#notify = notify;
  }

  send(): void {
    this.#isDue = true;
    this.#sending ??= this.#run();
  }

  async finished(): Promise<void> {
    await this.#sending;
  }

  async #run(): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      // A lost one costs others a moment: they look by themselves now and then.
      await this.#notify().catch(() => undefined);
    }
    this.#sending = undefined;
  }
}

type ListenKit = Parameters<typeof createJobNotifications>[1] & {
  readonly closed: AbortSignal;
  readonly wake: () => void;
};

async function listenForEver(url: string, kit: ListenKit): Promise<void> {
  let isTold = false;
  const onListening = (): void => {
    isTold = false;
    kit.wake();
  };
  while (!kit.closed.aborted) {
    await listen(url, { ...kit, onListening }).catch((error: unknown) => {
      if (kit.closed.aborted || isTold) return;
      isTold = true;
      kit.log.warn('the connection that listens to the database was lost', { error });
    });
    if (!kit.closed.aborted) await kit.pause(limits.databaseRetryMs);
  }
}

/** Listens on one connection until it is lost, which throws, or until all is closed. */
async function listen(
  url: string,
  { closed, wake, onListening }: ListenKit & { readonly onListening: () => void },
): Promise<void> {
  const client = new pg.Client(clientConfig(url));
  const ended = Promise.withResolvers<void>();
  client.on('error', ended.reject);
  client.on('end', () => ended.reject(new Error('the connection has ended')));
  ended.promise.catch(() => undefined);
  const onClosed = (): void => ended.resolve();
  closed.addEventListener('abort', onClosed);
  try {
    await client.connect();
    client.on('notification', wake);
    await client.query(`listen ${channel}`);
    onListening();
    await ended.promise;
  } finally {
    closed.removeEventListener('abort', onClosed);
    await client.end().catch(() => undefined);
  }
}

import http from 'node:http';

export type ReadEvent = { readonly event: string; readonly data: Record<string, unknown> };

/** A stream of server-sent events that is read as it comes. */
export type EventReader = {
  readonly events: ReadEvent[];
  /** The last id. */
  lastId(): string | undefined;
  readonly closed: Promise<void>;
  /** Reads no more, or again. */
  pause(): void;
  resume(): void;
  close(): void;
};

/** Opens a stream of `/api/v1/events`. */
export function readEvents(
  url: string,
  {
    query = '',
    lastId,
    headers = {},
  }: {
    readonly query?: string;
    readonly lastId?: string | undefined;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<EventReader> {
  const opened = Promise.withResolvers<EventReader>();
  const request = http.get(`${url}/api/v1/events${query}`, {
    agent: false,
    headers: { ...headers, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
  });
  request.on('error', opened.reject);
  request.on('response', (response) => {
    const events: ReadEvent[] = [];
    const closed = Promise.withResolvers<void>();
    let id: string | undefined;
    let buffer = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const blocks = (buffer + text).split('\n\n');
      buffer = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
        id = fields.get('id') ?? id;
        const event = fields.get('event');
        if (event !== undefined) events.push({ event, data: JSON.parse(fields.get('data') ?? '{}') });
      }
    });
    response.on('error', () => closed.resolve());
    response.on('close', () => closed.resolve());
    opened.resolve({
      events,
      lastId: () => id,
      closed: closed.promise,
      pause: () => void response.pause(),
      resume: () => void response.resume(),
      close: () => void request.destroy(),
    });
  });
  return opened.promise;
}

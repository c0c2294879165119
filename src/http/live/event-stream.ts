import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { FailureError, failure } from '../../base/errors.ts';
import type { JobId } from '../../base/ids.ts';
import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Viewer } from '../access/viewers.ts';
import type { BackfillFeed, FeedEvent } from './backfill-feed.ts';

/**
 * Answers with server-sent events: `progress` with a backfill's view at each change, `end` with the last one. A reader
 * that is slower than the events gets fewer of them, never a queue; one that goes away ends its stream alone.
 */
export function streamBackfill(stream: {
  readonly reply: FastifyReply;
  readonly clock: Clock;
  readonly feed: BackfillFeed;
  readonly id: JobId;
  readonly viewer: Viewer;
}): void {
  const { reply, clock, feed, id, viewer } = stream;
  if (!feed.hasRoom()) {
    throw new FailureError(
      failure('NOT_READY', `${limits.liveStreamsMax} live streams are open already`, {
        hint: 'try again soon',
      }),
    );
  }
  reply.hijack();
  const { raw } = reply;
  const stop = new AbortController();
  raw.writeHead(200, { ...headersOf(reply), 'content-type': 'text/event-stream; charset=utf-8' });
  raw.flushHeaders();
  const unsubscribe = feed.subscribe(id, (event) => send(raw, event, viewer));
  const end = (): void => {
    unsubscribe();
    stop.abort();
    viewer.end();
  };
  // A reset connection shows as an error of the response: nobody is left to be told.
  raw.on('error', end);
  raw.on('close', end);
  void beat(raw, { clock, viewer, signal: stop.signal });
}

function send(raw: ServerResponse, event: FeedEvent, viewer: Viewer): void {
  if (raw.writableEnded || raw.destroyed) return;
  if (event.kind === 'progress' && raw.writableNeedDrain) return;
  const view = event.view === undefined ? {} : viewer.shownWork(event.view);
  if (viewer.hasEnded() || view === undefined) {
    raw.end();
    return;
  }
  raw.write(`event: ${event.kind}\ndata: ${JSON.stringify(view)}\n\n`);
  if (event.kind === 'end') raw.end();
}

/** A comment now and then keeps proxies from closing a silent stream; a reader that took nothing since the last is gone. */
async function beat(
  raw: ServerResponse,
  wait: { clock: Clock; viewer: Viewer; signal: AbortSignal },
): Promise<void> {
  while (!wait.signal.aborted) {
    await wait.clock.sleep(limits.liveHeartbeatMs, wait.signal);
    if (wait.signal.aborted || raw.writableEnded || raw.destroyed) return;
    if (wait.viewer.hasEnded()) raw.end();
    else if (raw.writableNeedDrain) raw.destroy();
    else raw.write(': still here\n\n');
  }
}

/** What hooks have set already, for an answer that is written past them. */
export function headersOf(reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) headers[name] = String(value);
  }
  return headers;
}

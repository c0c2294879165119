import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Kit } from '../../services/kit.ts';
import type { Viewer } from '../access/viewers.ts';
import type { ChangeFeed, Listener } from './change-feed.ts';
import { headersOf } from './event-stream.ts';
import { droppedEvent, type LiveEvent, readPosition } from './live-events.ts';

/**
 * Answers with the events of the feed, of one dataset and of what concerns everybody, or of all. What a reader leaves
 * unread is bounded: beyond, it is told that it was dropped, and loses its connection when it does not read that either.
 */
export function streamChanges(stream: {
  readonly reply: FastifyReply;
  readonly kit: Kit;
  readonly feed: ChangeFeed;
  readonly dataset: string | undefined;
  readonly lastEventId: string | undefined;
  readonly viewer: Viewer;
}): void {
  const { reply, kit, feed, dataset, lastEventId, viewer } = stream;
  if (!feed.hasRoom()) {
    throw new FailureError(
      failure('NOT_READY', `${limits.eventListenersMax} streams of events are open already`, {
        hint: 'try again soon',
      }),
    );
  }
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { ...headersOf(reply), 'content-type': 'text/event-stream; charset=utf-8' });
  raw.flushHeaders();
  const closed = new AbortController();
  const listener = listenerOf(raw, {
    wants: (event) => dataset === undefined || event.dataset === undefined || event.dataset === dataset,
    viewer,
    onDrop: () => {
      unsubscribe();
      kit.telemetry.count('assay_event_listeners_dropped_total');
      kit.log.info('dropped a slow listener of live events', { unreadBytes: raw.writableLength });
      void kit.clock.sleep(limits.liveHeartbeatMs, closed.signal).then(() => raw.destroy());
    },
  });
  const from = lastEventId === undefined ? undefined : readPosition(lastEventId);
  const unsubscribe = feed.subscribe(listener, from);
  const end = (): void => {
    unsubscribe();
    closed.abort();
    viewer.end();
  };
  // A reset connection shows as an error of the response: nobody is left to be told.
  raw.on('error', end);
  raw.on('close', end);
}

function listenerOf(
  raw: ServerResponse,
  {
    wants,
    viewer,
    onDrop,
  }: {
    readonly wants: (event: LiveEvent) => boolean;
    readonly viewer: Viewer;
    readonly onDrop: () => void;
  },
): Listener {
  return {
    tell: (events, position) => {
      if (raw.writableEnded || raw.destroyed) return;
      if (raw.writableLength > limits.eventUnreadBytesMax) {
        raw.end(droppedEvent.text);
        onDrop();
        return;
      }
      if (viewer.hasEnded()) {
        raw.end();
        return;
      }
      let text = '';
      for (const event of events) if (wants(event)) text += viewer.textOf(event) ?? '';
      if (text !== '' || events.length === 0) raw.write(text + position);
    },
    end: () => {
      if (!raw.writableEnded) raw.end();
    },
  };
}

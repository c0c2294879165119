import type { FastifyReply } from 'fastify';

/**
 * Aborts when the answer is sent or nobody is there any more to take it. Fastify's own signal aborts as soon as a request's
 * body is read (its `close` is the body's), and is of no use to requests that have one.
 */
export function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

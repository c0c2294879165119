import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Random } from '../ports/random.ts';
import { inWork, type Work } from '../services/tracing/current-work.ts';
import { newSpanId, newTraceId } from '../services/tracing/trace-id.ts';

declare module 'fastify' {
  interface FastifyRequest {
    trace: Trace;
    /** On the monotonic clock. */
    begunMs: number;
  }
}

/** A place in a distributed trace (W3C Trace Context). */
export type Trace = { readonly traceId: string; readonly spanId: string; readonly flags: string };

const requestIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;
const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The caller's `X-Request-Id` when it is harmless, else a new one. */
export function requestIdOf(request: IncomingMessage, random: Random): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && requestIdPattern.test(given) ? given : random.id();
}

/** Our span within the caller's trace, or within a new one when its `traceparent` is absent or broken. */
function traceOf(traceparent: string | string[] | undefined, random: Random): Trace {
  const match = typeof traceparent === 'string' ? traceparentPattern.exec(traceparent) : null;
  const [, traceId = '', parentId = '', flags = '00'] = match ?? [];
  const isValid = /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(parentId);
  return {
    traceId: isValid ? traceId : newTraceId(random),
    spanId: newSpanId(random),
    flags: isValid ? flags : '00',
  };
}

/** Gives every request an id and a trace, both of which every answer carries, and its trace to all that it causes. */
export function addRequestContext(app: FastifyInstance, random: Random): void {
  app.decorateRequest('trace');
  app.addHook('onRequest', (request, reply, done) => {
    request.trace = traceOf(request.headers['traceparent'], random);
    const { traceId, spanId, flags } = request.trace;
    reply.header('x-request-id', request.id);
    reply.header('traceparent', `00-${traceId}-${spanId}-${flags}`);
    reply.header('cache-control', 'no-store');
    reply.header('x-content-type-options', 'nosniff');
    inWork(workOf(request), done);
  });
  // Once more: reading a body goes on where the socket was, outside of any request.
  app.addHook('preValidation', (request, _, done) => inWork(workOf(request), done));
}

function workOf({ id, trace }: FastifyRequest): Work {
  return { traceId: trace.traceId, spanId: trace.spanId, requestId: id };
}

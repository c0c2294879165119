import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Random } from '../ports/random.ts';

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
    traceId: isValid ? traceId : hexadecimal(random, 32),
    spanId: hexadecimal(random, 16),
    flags: isValid ? flags : '00',
  };
}

/** Gives every request an id and a trace, both of which every answer carries. */
export function addRequestContext(app: FastifyInstance, random: Random): void {
  app.decorateRequest('trace');
  app.addHook('onRequest', (request, reply, done) => {
    request.trace = traceOf(request.headers['traceparent'], random);
    const { traceId, spanId, flags } = request.trace;
    reply.header('x-request-id', request.id);
    reply.header('traceparent', `00-${traceId}-${spanId}-${flags}`);
    reply.header('cache-control', 'no-store');
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
}

/** So many digits, a multiple of 8: eight at a time, because chance is dear and each request needs 48. */
function hexadecimal(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits) {
    text += Math.floor(random.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }
  // All zeros means "none" in a trace; chance gives it never, a broken source of chance might.
  return /^0*$/.test(text) ? `${text.slice(1)}1` : text;
}

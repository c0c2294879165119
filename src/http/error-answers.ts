import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorCatalogue, type Failure, failure } from '../base/errors.ts';
import { second } from '../base/units.ts';
import type { Kit } from '../services/kit.ts';
import { failureOfRequest, problemContentType, problemOf } from './problem.ts';

/** Answers every error as `application/problem+json`. What nobody foresaw is logged with its cause and told without it. */
export function answerErrors(app: FastifyInstance, kit: Kit): void {
  app.setErrorHandler((error, request, reply) => answerError(error, { request, reply, kit }));

  app.setNotFoundHandler((request, reply) => {
    const error = failure('ROUTE_NOT_FOUND', `there is no ${request.method} ${pathOf(request.url)}`, {
      hint: 'the API begins with /api/v1',
    });
    return answer(reply, { error, requestId: request.id, kit });
  });
}

/** Answers one error; also those that come before any route, such as a broken address. */
export function answerError(
  error: unknown,
  to: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly kit: Kit },
): FastifyReply {
  const { request, reply, kit } = to;
  const problem = failureOfRequest(error);
  if (problem.code === 'INTERNAL') {
    const { method, url } = request;
    const { traceId } = request.trace;
    kit.log.error('a request failed', { requestId: request.id, traceId, method, url, error });
  }
  return answer(reply, { error: problem, requestId: request.id, kit });
}

function answer(reply: FastifyReply, what: { error: Failure; requestId: string; kit: Kit }): FastifyReply {
  const { status } = errorCatalogue[what.error.code];
  if (status === 429 || status === 503) {
    const afterSeconds = Math.ceil((what.error.retryAfterMs ?? second) / second);
    // Spread, so that those who were refused together do not come back together.
    reply.header('retry-after', String(afterSeconds + Math.floor(what.kit.random.next() * 3)));
  }
  return reply
    .code(status)
    .header('content-type', problemContentType)
    .serializer(JSON.stringify)
    .send(problemOf(what.error, what.requestId));
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FailureError, failure } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { RequestKeys } from '../ports/request-keys.ts';
import type { Kit } from '../services/kit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The key under which this request is being done. */
    claimedKey: string | undefined;
  }
  interface FastifyContextConfig {
    /** A POST that only reads: it may be sent again without a key, and its answer is not kept. */
    changesNothing?: boolean;
  }
}

/**
 * Lets clients send a POST or PUT again without its being done twice: under the same `Idempotency-Key` the first answer
 * is given again for a day. A refused request has changed nothing and gives its key back; one that failed on our side may
 * have been done, and is only tried again after some time.
 */
export function addIdempotency(app: FastifyInstance, kit: Kit, keys: RequestKeys): void {
  app.decorateRequest('claimedKey', undefined);
  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request);
    if (key === undefined) return undefined;
    const claim = await keys.claim({ key, hash: hashOf(request), leaseMs: limits.requestKeyLeaseMs });
    if (claim.kind === 'other_request') throw new FailureError(otherRequest());
    if (claim.kind === 'under_way') throw new FailureError(underWay());
    if (claim.kind === 'claimed') {
      request.claimedKey = key;
      return undefined;
    }
    const { status, body } = claim.answer;
    reply.code(status).header('idempotent-replayed', 'true');
    return reply.header('content-type', 'application/json; charset=utf-8').send(body);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const key = request.claimedKey;
    if (key === undefined) return payload;
    request.claimedKey = undefined;
    const { statusCode: status } = reply;
    try {
      if (status < 300) await keys.answer(key, { status, body: typeof payload === 'string' ? payload : '' });
      else if (status < 500) await keys.release(key);
    } catch (error) {
      // It was done all the same, and its client is to know.
      kit.log.warn('the answer to a request with a key could not be kept', { requestId: request.id, error });
    }
    return payload;
  });
}

function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  const isWrite = request.method === 'POST' || request.method === 'PUT';
  const { changesNothing, tellsSecret } = request.routeOptions.config;
  if (key === undefined || !isWrite || changesNothing === true || tellsSecret === true) return undefined;
  // Each has keys of their own: nobody is given another's answer.
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) {
    const who = request.rights.who('');
    return who === '' ? key : `${who} ${key}`;
  }
  throw new FailureError(
    failure('REQUEST_INVALID', 'an Idempotency-Key has 1 to 200 visible ASCII characters', {
      where: 'headers/idempotency-key',
    }),
  );
}

function hashOf({ method, url, body }: FastifyRequest): string {
  return hash('sha256', `${method} ${url}\n${JSON.stringify(body ?? null)}`, 'base64url');
}

function otherRequest(): ReturnType<typeof failure> {
  return failure('IDEMPOTENCY_KEY_REUSED', 'another request was sent with this Idempotency-Key', {
    where: 'headers/idempotency-key',
    hint: 'give each request a key of its own, such as a UUID; the same one only to send it again',
  });
}

function underWay(): ReturnType<typeof failure> {
  return failure('REQUEST_UNDER_WAY', 'the request with this Idempotency-Key is not answered yet', {
    hint: 'send it again in a moment',
  });
}

import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/**
 * Gives each answer to a read a tag of its content, and answers 304 without a body to who has that content already
 * (RFC 9110, 8.8.3 and 13.1.2). Browsers ask so by themselves; they may keep answers, and have to ask each time.
 */
export function addEntityTags(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || reply.statusCode !== 200 || typeof payload !== 'string') return done(null, payload);
    const tag = `W/"${hash('sha1', payload, 'base64url')}"`;
    reply.header('etag', tag).header('cache-control', 'private, no-cache');
    if (!isKnown(request.headers['if-none-match'], tag)) return done(null, payload);
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    done(null, null);
  });
}

/** Compared weakly: `W/` makes no difference. */
function isKnown(given: string | undefined, tag: string): boolean {
  if (given === undefined) return false;
  if (given.trim() === '*') return true;
  const wanted = tag.slice(2);
  return given.split(',').some((one) => one.trim().replace(/^W\//, '') === wanted);
}

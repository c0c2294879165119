import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** What the page may load: its own files, and the service's answers. Styles of single elements are set by its library. */
const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the built page of `directory` at every address that is not the API's: its parts have addresses of their own, all
 * answered by the same document. Assets carry a hash in their names and are kept for ever; the document is asked for anew.
 * Without a built page, addresses stay unknown.
 */
export function servePage(app: FastifyInstance, directory: string): void {
  if (!existsSync(join(directory, 'index.html'))) return;
  void app.register(fastifyStatic, {
    root: directory,
    preCompressed: true,
    cacheControl: false,
    // Routes of our own: a page that was built anew while the service runs is served as it lies there then.
    serve: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(directory, 'assets'));
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      reply.header('x-content-type-options', 'nosniff');
    },
  });
  const config = { access: { need: 'nobody' } } as const;
  app.get('/', { config }, (_request, reply) => document(reply));
  app.get<{ Params: { '*': string } }>('/*', { config }, (request, reply) => {
    const path = request.params['*'];
    if (path.startsWith('assets/') || path === 'icon.svg') return reply.sendFile(path);
    const isPage = (request.headers.accept ?? '').includes('text/html') && !path.startsWith('api/');
    return isPage ? document(reply) : reply.callNotFound();
  });
}

function document(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .sendFile('index.html');
}

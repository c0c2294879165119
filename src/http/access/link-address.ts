import type { FastifyRequest } from 'fastify';

/** The address of a page with a secret in it, under the name by which this request reached the service. */
export function linkTo(
  request: FastifyRequest,
  { page, token }: { readonly page: 'setup' | 'invitation'; readonly token: string },
): string {
  return `${request.protocol}://${request.headers.host ?? 'localhost'}/${page}?token=${token}`;
}

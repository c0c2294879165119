import type { FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../../base/limits.ts';
import { second } from '../../base/units.ts';

/** Browsers take the longer name only over HTTPS, for this host alone and all its paths: no other host can have set it. */
const plainName = 'assay_session';
const hostName = `__Host-${plainName}`;

/** The token in the cookie of a request; over HTTPS one that was set without it counts for nothing. */
export function sessionTokenOf(request: FastifyRequest): string | undefined {
  const wanted = `${cookieName(request)}=`;
  const given = (request.headers.cookie ?? '').split(';').map((one) => one.trim());
  const value = given.find((one) => one.startsWith(wanted))?.slice(wanted.length);
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : undefined;
}

/** Lets the browser keep the token of a session where no script can read it. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
  setCookie(request, reply, { value: token, maxAgeSeconds: limits.sessionAgeMs / second });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  setCookie(request, reply, { value: '', maxAgeSeconds: 0 });
}

function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { value, maxAgeSeconds }: { readonly value: string; readonly maxAgeSeconds: number },
): void {
  const secure = isSecure(request) ? '; Secure' : '';
  const flags = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`;
  reply.header('set-cookie', `${cookieName(request)}=${value}; ${flags}`);
}

function cookieName(request: FastifyRequest): string {
  return isSecure(request) ? hostName : plainName;
}

/** Behind a proxy that is trusted, what the browser spoke to it. */
function isSecure(request: FastifyRequest): boolean {
  return request.protocol === 'https';
}

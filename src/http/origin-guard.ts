import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FailureError, failure } from '../base/errors.ts';

/** Which hosts the API answers to. */
export type GuardOptions = {
  /** The address that it is bound to. */
  readonly host: string;
  /** Further names by which a service that is bound to loopback is reached, such as that of a local proxy. */
  readonly allowedHosts: readonly string[];
};

/**
 * Keeps other web sites out of a service that trusts its network. A page of another origin may not write (no CORS, so it
 * can not read either), and while bound to loopback, a name that somebody else's DNS points to us (DNS rebinding) gets
 * no answer at all.
 */
export function addOriginGuard(app: FastifyInstance, options: GuardOptions): void {
  const checksHost = isLoopback(options.host);
  const allowed = new Set(options.allowedHosts.map((host) => host.toLowerCase()));
  app.addHook('onRequest', (request, _reply, done) => {
    const refusal =
      (checksHost ? hostRefusal(request, allowed) : undefined) ??
      (isRead(request) ? undefined : originRefusal(request));
    done(refusal === undefined ? undefined : new FailureError(refusal));
  });
}

/** Whether an address or name always means the machine itself. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(name)
  );
}

function isRead(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
}

function hostRefusal(
  request: FastifyRequest,
  allowed: ReadonlySet<string>,
): ReturnType<typeof failure> | undefined {
  const name = hostName(request.headers.host ?? '');
  if (isLoopback(name) || allowed.has(name)) return undefined;
  return failure(
    'REQUEST_FORBIDDEN',
    `this service answers on this machine only, not under the name ${JSON.stringify(name)}`,
    {
      hint: 'use http://127.0.0.1, or start the service with --host to open it to the network',
    },
  );
}

function originRefusal(request: FastifyRequest): ReturnType<typeof failure> | undefined {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isForeign =
    origin === undefined
      ? site === 'cross-site' || site === 'same-site'
      : hostOf(origin) !== host?.toLowerCase();
  if (!isForeign) return undefined;
  return failure('REQUEST_FORBIDDEN', 'pages of other web sites may not change anything here', {
    hint: "send the request from this service's own pages, or without a browser",
  });
}

/** The host and port of an origin; of `null` and of nonsense an empty text, which no request has as its host. */
function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '');
}

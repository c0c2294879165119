import { lookup } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AllowedAddresses } from './allowed-addresses.ts';
import { failureOfConnection, refusedAddress, shownAddress } from './http-failure.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'HEAD';
  readonly address: string;
  /** Those that a definition gives: they may be credentials, and go to no other server. */
  readonly ownHeaders: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** An answer whose body is yet to be read, or to be let go by `close`. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: http.IncomingMessage;
  close(): void;
};

export type HttpClientOptions = {
  readonly clock: Clock;
  readonly allowed: AllowedAddresses;
  /** Certificates of further authorities, in PEM. */
  readonly ca?: string;
};

/**
 * Sends requests to servers that may be connected to, and follows redirections: a few, never from https to http, and each of
 * them to an address that is checked again. What is checked is the address that a connection is made to, after the name was
 * resolved, so that a name that changes its address in between changes nothing.
 */
export class HttpClient {
  readonly #clock: Clock;
  readonly #allowed: AllowedAddresses;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor({ clock, allowed, ca }: HttpClientOptions) {
    this.#clock = clock;
    this.#allowed = allowed;
    const options = {
      keepAlive: true,
      maxSockets: limits.httpConnectionsPerServerMax,
      lookup: guardedLookup(allowed),
    };
    this.#agents = {
      http: new http.Agent(options),
      https: new https.Agent({ ...options, ...(ca === undefined ? {} : { ca }) }),
    };
  }

  /** Throws a `FailureError`; rejects with the signal's reason when it is aborted. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    let url = new URL(request.address);
    const { origin } = url;
    for (let redirections = 0; ; redirections += 1) {
      const own = url.origin === origin ? request.ownHeaders : {};
      const answer = await this.#sendOnce(url, { ...request, ownHeaders: own });
      const { location } = answer.headers;
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
      answer.close();
      if (redirections === limits.httpRedirectionsMax) throw unfollowed(request, 'redirects too often');
      url = nextUrl(url, location, request);
    }
  }

  async #sendOnce(url: URL, request: HttpRequest): Promise<HttpAnswer> {
    const address = url.href;
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    // Names go through the lookup; what is an address already does not.
    if (isIP(host) !== 0 && !this.#allowed(host)) throw new FailureError(refusedAddress(address, host));
    const { signal } = request;
    signal.throwIfAborted();
    const late = new AbortController();
    const answered = new AbortController();
    void this.#expire(late, answered.signal);
    try {
      return await this.#exchange(url, request, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FailureError) throw error;
      if (late.signal.aborted) {
        const cause = `no answer within ${limits.httpAnswerMs} ms`;
        throw new FailureError(failureOfConnection(new Error(cause), address));
      }
      throw new FailureError(connectionFailure(error, address));
    } finally {
      answered.abort();
    }
  }

  async #expire(late: AbortController, answered: AbortSignal): Promise<void> {
    await this.#clock.sleep(limits.httpAnswerMs, answered);
    if (!answered.aborted) late.abort();
  }

  #exchange(url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const isSecure = url.protocol === 'https:';
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const sent = (isSecure ? https : http).request(url, {
      method: request.method,
      agent: isSecure ? this.#agents.https : this.#agents.http,
      headers: {
        accept: '*/*',
        // Bytes as they lie there: their number and ranges are then those of the file.
        'accept-encoding': 'identity',
        'user-agent': 'assay',
        ...request.ownHeaders,
        ...request.headers,
      },
    });
    const abort = (): void => void sent.destroy(new Error('the request was given up'));
    signal.addEventListener('abort', abort, { once: true });
    const settled = (): void => signal.removeEventListener('abort', abort);
    sent.on('socket', (socket) => this.#checkPeer(socket, url, sent));
    sent.on('error', (error) => {
      settled();
      reject(error);
    });
    sent.on('response', (body) => {
      settled();
      // Whoever reads it hears of its errors; until somebody does, they must not end the process.
      body.on('error', () => undefined);
      const close = (): void => void body.destroy();
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body, close });
    });
    if (signal.aborted) abort();
    else sent.end();
    return promise;
  }

  /** What the connection says itself, whatever a name was resolved to. */
  #checkPeer(socket: Socket, url: URL, sent: http.ClientRequest): void {
    const check = (): void => {
      const peer = socket.remoteAddress;
      if (peer !== undefined && !this.#allowed(peer)) {
        sent.destroy(new FailureError(refusedAddress(url.href, peer)));
      }
    };
    if (socket.connecting) socket.once('connect', check);
    else check();
  }
}

/** Resolves names to addresses that may be connected to, and to no others. */
function guardedLookup(allowed: AllowedAddresses): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      const open = found.filter(({ address }) => allowed(address));
      const [first] = open;
      if (first === undefined) {
        return callback(new RefusedName(hostname, found.map(({ address }) => address).join(', ')), '', 0);
      }
      if (options.all === true) callback(null, open);
      else callback(null, first.address, first.family);
    });
  };
}

class RefusedName extends Error {
  override readonly name = 'RefusedName';
  readonly addresses: string;

  constructor(hostname: string, addresses: string) {
    super(`${hostname} is ${addresses}`);
    this.addresses = addresses;
  }
}

function connectionFailure(error: unknown, address: string) {
  if (error instanceof RefusedName) return refusedAddress(address, error.addresses);
  return failureOfConnection(error, address);
}

function nextUrl(from: URL, location: string, request: HttpRequest): URL {
  const next = URL.parse(location, from.href);
  if (next === null) throw unfollowed(request, 'redirects to what is no address');
  if (next.protocol !== 'https:' && next.protocol !== 'http:')
    throw unfollowed(request, 'redirects to another protocol');
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw unfollowed(request, 'redirects from https to http, where anybody may read and change it');
  }
  if (next.username !== '' || next.password !== '')
    throw unfollowed(request, 'redirects with a password in the address');
  return next;
}

function unfollowed({ address }: HttpRequest, what: string): FailureError {
  const where = shownAddress(address);
  return new FailureError(failure('SOURCE_UNREADABLE', `${where} ${what}`, { where }));
}

import Fastify, { type FastifyInstance } from 'fastify';
import { FailureError, failure } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Kit } from '../services/kit.ts';
import { Connections } from './connections.ts';
import { answerError, answerErrors } from './error-answers.ts';
import { addOriginGuard } from './origin-guard.ts';
import { addRequestContext, requestIdOf } from './request-context.ts';
import { addRequestTelemetry } from './request-telemetry.ts';

/** Where a server listens, and what it says of itself. */
export type HttpOptions = {
  /** The address to bind to: 127.0.0.1 unless the network is meant. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly version: string;
  /** Further host names to answer to while bound to loopback. */
  readonly allowedHosts?: readonly string[];
  /** Proxies whose word is taken for the address of the client and for HTTPS; by default none. */
  readonly trustedProxies?: readonly string[];
};

/**
 * What all HTTP servers of Assay have in common: a trace and an id for each request, errors as problems, the guard against
 * other web sites, and a stop that lets requests end in peace. Routes are added to `app` before the start.
 */
export class HttpListener {
  readonly app: FastifyInstance;
  readonly #kit: Kit;
  readonly #options: HttpOptions;
  readonly #connections: Connections;
  #state: 'new' | 'running' | 'stopping' = 'new';
  #stopped: Promise<void> | undefined;

  constructor(kit: Kit, options: HttpOptions) {
    this.#kit = kit;
    this.#options = options;
    this.app = createApp(kit, options);
    this.#connections = new Connections(this.app.server);
    addRequestContext(this.app, kit.random);
    addRequestTelemetry(this.app, kit);
    answerErrors(this.app, kit);
    this.app.addHook('onSend', (_request, reply, _payload, done) => {
      // The client learns that this connection is over, instead of finding it reset under its next request.
      if (this.#state === 'stopping') reply.header('connection', 'close');
      done();
    });
    addOriginGuard(this.app, { host: options.host, allowedHosts: options.allowedHosts ?? [] });
  }

  /** Whether it takes requests: not before its start and not from its stop on. */
  isRunning(): boolean {
    return this.#state === 'running';
  }

  /** Rejects with `ADDRESS_UNAVAILABLE` when the port is taken. */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    try {
      await this.app.listen({ host, port });
    } catch (error) {
      if (!isAddressFault(error)) throw error;
      const message = `the service can not listen on ${host}:${port}`;
      throw new FailureError(
        failure('ADDRESS_UNAVAILABLE', message, {
          hint: 'choose another with --port or --host',
          cause: error,
        }),
      );
    }
    this.#state = 'running';
  }

  /** Where it listens, such as `http://127.0.0.1:7420`; only while it runs. */
  url(): string {
    const [address] = this.app.addresses();
    if (address === undefined || typeof address === 'string') throw new Error('the HTTP server does not run');
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${host}:${address.port}`;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#close();
    return this.#stopped;
  }

  async #close(): Promise<void> {
    this.#state = 'stopping';
    // Requests under way may end in peace, but not for ever.
    const done = new AbortController();
    const deadline = this.#kit.clock.sleep(limits.stopDeadlineMs, done.signal).then(() => {
      if (!done.signal.aborted) this.app.server.closeAllConnections();
    });
    const closed = this.app.close();
    this.#connections.closeIdle();
    await closed;
    done.abort();
    await deadline;
  }
}

function createApp(kit: Kit, { trustedProxies = [] }: HttpOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: limits.requestBodyBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    handlerTimeout: limits.requestTimeoutMs,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => void answerError(error, { request, reply, kit }),
    genReqId: (request) => requestIdOf(request, kit.random),
    routerOptions: { maxParamLength: 4_000 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
  });
  // Texts that no schema checked are not taken; JSON is the only language of this API.
  app.removeContentTypeParser('text/plain');
  // Views are plain data already. The schemas of answers are a contract that tests compare with real answers.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value, withoutBoundlessNumbers));
  return app;
}

/** JSON has no infinity. A band that is open on one side has no bound there: the key is left out. */
function withoutBoundlessNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
}

function isAddressFault(error: unknown): boolean {
  const codes = ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

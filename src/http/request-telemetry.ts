import type { FastifyInstance } from 'fastify';
import type { Kit } from '../services/kit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Stays open as long as its reader likes: its duration says nothing about the service. */
    isStream?: boolean;
  }
}

/** Observes how long each request took, by route, method and status. */
export function addRequestTelemetry(app: FastifyInstance, kit: Kit): void {
  app.decorateRequest('begunMs', 0);
  app.addHook('onRequest', (request, _reply, done) => {
    request.begunMs = kit.clock.monotonicMs();
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { url, config } = request.routeOptions;
    if (config.isStream !== true) {
      kit.telemetry.observe(
        'assay_http_request_duration_seconds',
        (kit.clock.monotonicMs() - request.begunMs) / 1000,
        { route: url ?? 'unmatched', method: knownMethod(request.method), status: String(reply.statusCode) },
      );
    }
    done();
  });
}

/** Labels are of low cardinality, whatever clients invent. */
function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'].includes(method) ? method : 'other';
}

import { FailureError, failure } from '../base/errors.ts';
import type { Kit } from '../services/kit.ts';
import type { Service } from '../services/lifecycle.ts';
import { HttpListener, type HttpOptions } from './listener.ts';
import { type HealthProbe, healthRoutes } from './routes/health-routes.ts';

export interface HealthServer extends Service {
  /** Where it listens; only while it runs. */
  url(): string;
}

/**
 * `/healthz`, `/readyz` and `/metrics` alone, for processes that take no requests of people. It answers from the first
 * moment on, so that what a process waits for can be seen.
 */
export function createHealthServer(
  parts: {
    readonly kit: Kit;
    /** Asked anew each time: what there is to look at changes while a process starts. */
    readonly probes: () => readonly HealthProbe[];
    readonly isReady: () => boolean;
    /** The API will take its place: who asks for that is told to come again, not that there is none. */
    readonly isBeforeApi?: boolean;
  },
  options: HttpOptions,
): HealthServer {
  const { kit, probes, isReady, isBeforeApi = false } = parts;
  const listener = new HttpListener(kit, options);
  healthRoutes(listener.app, {
    kit,
    version: options.version,
    probes,
    isReady: () => listener.isRunning() && isReady(),
  });
  if (isBeforeApi) {
    listener.app.all('/api/*', () => {
      throw new FailureError(failure('NOT_READY', 'the service is starting'));
    });
  }
  return {
    name: 'health',
    url: () => listener.url(),
    start: () => listener.start(),
    stop: () => listener.stop(),
  };
}

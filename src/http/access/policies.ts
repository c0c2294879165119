import type { FastifyInstance, RouteOptions } from 'fastify';
import type { AccessPolicy } from '../../core/access/policy.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. Every route says so: without it the service does not start. */
    access?: AccessPolicy;
    /** Its answer holds a secret, which is told once and kept nowhere. */
    tellsSecret?: boolean;
  }
}

/** Makes the start fail when a route that is added from now on does not say who may use it. */
export function requirePolicies(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.access !== undefined) return;
    throw new Error(
      `the route ${String(route.method)} ${route.url} does not say who may use it: give it \`config: { access: … }\``,
    );
  });
}

/** Whether a route changes something. */
export function isWrite({ method, config }: Pick<RouteOptions, 'method' | 'config'>): boolean {
  return method !== 'GET' && method !== 'HEAD' && config?.changesNothing !== true;
}

/** The name of what a route does, for the audit. */
export function actionOf(
  policy: AccessPolicy,
  { method, url }: { readonly method: string; readonly url: string },
): string {
  return policy.action ?? `${method.toLowerCase()} ${url}`;
}

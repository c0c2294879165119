import type { RouteOptions } from 'fastify';
import { type ErrorCode, errorCatalogue } from '../base/errors.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** The codes of errors that this route can answer with, beside those that follow from its form. */
    errors?: readonly ErrorCode[];
  }
}

/** What can happen to any request. */
const always: readonly ErrorCode[] = [
  'REQUEST_FORBIDDEN',
  'REQUEST_TIMEOUT',
  'DATABASE_UNAVAILABLE',
  'REGISTRY_UNAVAILABLE',
  'NOT_READY',
  'INTERNAL',
];

/** What a worker that computes an answer can end with. */
export const workerErrors: readonly ErrorCode[] = [
  'STATE_UNREADABLE',
  'TASK_TIMEOUT',
  'TASK_CANCELLED',
  'WORKER_DIED',
  'MEMORY_LIMIT',
];

/** Every code that a route can answer with, by the status that it comes with. */
export function errorsOf(route: RouteOptions): ReadonlyMap<number, readonly ErrorCode[]> {
  const { params, querystring, headers, body, errors = [] } = route.schema ?? {};
  const codes = new Set<ErrorCode>([...errors, ...always]);
  if ([params, querystring, headers, body].some((one) => one !== undefined)) codes.add('REQUEST_INVALID');
  if (params !== undefined) codes.add('ROUTE_NOT_FOUND');
  if (body !== undefined) codes.add('REQUEST_TOO_LARGE');
  if ([params, querystring, body].some(namesDataset)) codes.add('DATASET_NOT_FOUND');
  for (const code of accessErrorsOf(route)) codes.add(code);
  if (takesKey(route)) codes.add('REQUEST_INVALID').add('REQUEST_UNDER_WAY').add('IDEMPOTENCY_KEY_REUSED');
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

/** What a route answers to those who may not use it. What does not exist for them is not found. */
function accessErrorsOf(route: RouteOptions): readonly ErrorCode[] {
  const policy = route.config?.access;
  if (policy === undefined || policy.need === 'nobody') return [];
  const isRead = route.method === 'GET';
  return isRead && policy.need !== 'own' && policy.need !== 'admin'
    ? ['SIGN_IN_REQUIRED']
    : ['SIGN_IN_REQUIRED', 'ACCESS_DENIED', ...(isRead ? [] : (['CSRF_TOKEN_INVALID'] as const))];
}

/** Whether it may be given an `Idempotency-Key`. */
export function takesKey({ method, config }: RouteOptions): boolean {
  const isKept = config?.changesNothing !== true && config?.tellsSecret !== true;
  return (method === 'POST' || method === 'PUT') && isKept;
}

function namesDataset(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return false;
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null && 'dataset' in properties;
}

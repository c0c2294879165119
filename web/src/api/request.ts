/** What went wrong with a request, in the words of the service. */
export class RequestError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;

  constructor(problem: { code: string; detail: string; status: number; hint?: string | undefined }) {
    super(problem.detail);
    this.name = 'RequestError';
    this.code = problem.code;
    this.status = problem.status;
    this.hint = problem.hint;
  }
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Reads JSON of the API; throws `RequestError`. */
export function read<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const texts = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  const search = new URLSearchParams(texts).toString();
  return send<T>(`${path}${search === '' ? '' : `?${search}`}`, signal === undefined ? {} : { signal });
}

/** How the service is; it says so with another status when something is wrong. */
export async function readHealth(signal: AbortSignal): Promise<Health> {
  const answer = await fetch('/healthz', { signal }).catch(() => undefined);
  if (answer === undefined) throw unreachable();
  return (await answer.json()) as Health;
}

export type Health = {
  readonly status: 'ok' | 'failing';
  readonly version: string;
  readonly probes: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
};

function unreachable(): RequestError {
  return new RequestError({
    code: 'SERVICE_UNREACHABLE',
    status: 0,
    detail: 'The service does not answer',
    hint: 'It may be restarting: the page tries again by itself.',
  });
}

/** Changes something by the API; throws `RequestError`. */
export function act<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const payload = body === undefined ? {} : { body: JSON.stringify(body) };
  return send<T>(path, { method, headers: { ...type, ...headers }, ...payload });
}

let csrf: string | undefined;
const signedOut = new Set<() => void>();

/** What each change of the present session proves by that it comes from this page. */
export function giveCsrf(token: string | undefined): void {
  csrf = token;
}

/** Calls when the service does not know any more who looks at the page. Returns how to stop. */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

async function send<T>(path: string, init: RequestInit, isSecond = false): Promise<T> {
  const headers = new Headers(init.headers);
  if (csrf !== undefined && init.method !== undefined) headers.set('x-assay-csrf', csrf);
  const answer = await fetch(`/api/v1${path}`, { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error;
    throw unreachable();
  });
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text) as T;
  const problem = problemOf(answer.status, text);
  if (problem.code === 'CSRF_TOKEN_INVALID' && !isSecond) {
    // Sent before the session was known, or by another session of this browser.
    csrf = (await read<{ csrf?: string }>('/session')).csrf;
    return send<T>(path, init, true);
  }
  if (problem.code === 'SIGN_IN_REQUIRED') for (const listener of signedOut) listener();
  throw problem;
}

function problemOf(status: number, text: string): RequestError {
  try {
    const { code, detail, hint } = JSON.parse(text) as { code: string; detail: string; hint?: string };
    return new RequestError({ code, detail, hint, status });
  } catch {
    return new RequestError({
      code: 'INTERNAL',
      detail: `The service answered with status ${status}`,
      status,
    });
  }
}

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
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return send<T>(`${path}${search === '' ? '' : `?${search}`}`, signal === undefined ? {} : { signal });
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

async function send<T>(path: string, init: RequestInit): Promise<T> {
  const answer = await fetch(`/api/v1${path}`, init).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error;
    throw new RequestError({
      code: 'SERVICE_UNREACHABLE',
      status: 0,
      detail: 'The service does not answer',
      hint: 'It may be restarting: the page tries again by itself.',
    });
  });
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text) as T;
  throw problemOf(answer.status, text);
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

import { type Failure, failure, isErrorCode } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { formatDuration } from '../../base/units.ts';
import type { Clock } from '../../ports/clock.ts';

export type RequesterOptions = {
  /** Where the service listens, such as `http://127.0.0.1:7420`. */
  readonly url: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  /** What the service knows the caller by. */
  readonly apiKey?: string | undefined;
};

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export type ApiRequest = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
};

/** Sends requests to the API with a time-out, and turns its problems back into failures. */
export class Requester {
  readonly #options: RequesterOptions;

  constructor(options: RequesterOptions) {
    this.#options = options;
  }

  /** The answer's JSON, which is taken to be what the API promises for this path; or what went wrong. */
  async json<T>(request: ApiRequest): Promise<Outcome<T>> {
    const done = new AbortController();
    const timeoutMs = this.#options.timeoutMs ?? limits.requestTimeoutMs;
    const deadline = new AbortController();
    void this.#options.clock.sleep(timeoutMs, done.signal).then(() => deadline.abort());
    try {
      const response = await this.open(request, deadline.signal);
      if (!response.ok) return deadline.signal.aborted ? fail(this.#silent(timeoutMs)) : response;
      if (response.value.status === 204) return succeed(undefined as T);
      return succeed((await response.value.json()) as T);
    } catch (error) {
      return fail(deadline.signal.aborted ? this.#silent(timeoutMs) : this.#unreachable(error));
    } finally {
      done.abort();
    }
  }

  /** The answer while it is still arriving. The signal ends it. */
  async open(request: ApiRequest, signal: AbortSignal): Promise<Outcome<Response>> {
    try {
      const { method, body } = request;
      const { apiKey } = this.#options;
      const response = await fetch(addressOf(this.#options.url, request), {
        method,
        signal,
        redirect: 'error',
        headers: {
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return response.ok ? succeed(response) : fail(await this.#problem(response));
    } catch (error) {
      return fail(this.#unreachable(error));
    }
  }

  #silent(timeoutMs: number): Failure {
    return failure(
      'SERVICE_UNREACHABLE',
      `the service at ${this.#options.url} did not answer within ${formatDuration(timeoutMs)}`,
      { hint: 'try again; the log of the service may tell what keeps it busy' },
    );
  }

  #unreachable(error: unknown): Failure {
    return failure('SERVICE_UNREACHABLE', `no Assay service answers at ${this.#options.url}`, {
      hint: 'start it with `assay up`, or name its address with --url or ASSAY_URL',
      cause: error,
    });
  }

  async #problem(response: Response): Promise<Failure> {
    const problem: unknown = await response.json().catch(() => undefined);
    const code = textOf(problem, 'code');
    const detail = textOf(problem, 'detail');
    if (code === undefined || detail === undefined) {
      const message = `what answers at ${this.#options.url} is no Assay service (status ${response.status})`;
      return failure('SERVICE_UNREACHABLE', message, { hint: 'check --url and ASSAY_URL' });
    }
    const hint = textOf(problem, 'hint');
    // A newer service may know codes that this program does not.
    if (!isErrorCode(code)) return failure('INTERNAL', `${code}: ${detail}`, { hint });
    return { ...failure(code, detail, { hint, where: textOf(problem, 'where') }), ...causesOf(problem) };
  }
}

function addressOf(base: string, request: ApiRequest): URL {
  const url = new URL(`${base.replace(/\/+$/, '')}/api/v1${request.path}`);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function textOf(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entry: unknown = Reflect.get(value, key);
  return typeof entry === 'string' ? entry : undefined;
}

function causesOf(problem: unknown): { readonly causes?: readonly string[] } {
  const causes: unknown =
    typeof problem === 'object' && problem !== null ? Reflect.get(problem, 'causes') : undefined;
  return Array.isArray(causes) ? { causes: causes.map(String) } : {};
}

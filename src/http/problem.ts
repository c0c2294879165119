import { type ErrorCode, errorCatalogue, type Failure, FailureError, failure } from '../base/errors.ts';
import type { Outcome } from '../base/outcome.ts';

/** An error answer after RFC 9457, with the catalogue's code. */
export type Problem = {
  /** `urn:assay:error:<code>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  /** What happened to what. */
  readonly detail: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly where?: string;
  readonly causes?: readonly string[];
  /** Finds the error in the log. */
  readonly requestId: string;
};

export const problemContentType = 'application/problem+json; charset=utf-8';

/** The answer to a failure. Of `INTERNAL` only the request id goes out: its cause is for the log. */
export function problemOf(error: Failure, requestId: string): Problem {
  const { code } = error;
  const { title, status } = errorCatalogue[code];
  const base = { type: `urn:assay:error:${code}`, title, status, code, requestId };
  if (code === 'INTERNAL') {
    return {
      ...base,
      detail: 'the service met an error that it did not foresee',
      hint: `look into the service's log for the request id ${requestId}`,
    };
  }
  const { message, hint, where, causes } = error;
  return {
    ...base,
    detail: message,
    ...(hint === undefined ? {} : { hint }),
    ...(where === undefined ? {} : { where }),
    ...(causes === undefined ? {} : { causes }),
  };
}

/** The value of an outcome; a failure is thrown to the server's error handler, which answers with it. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new FailureError(outcome.error);
  return outcome.value;
}

/** The failure that an error of the web framework or of a handler stands for. */
export function failureOfRequest(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  const { code, statusCode, message, validation } = describeError(error);
  if (validation !== undefined) return validation;
  if (code === 'FST_ERR_HANDLER_TIMEOUT') {
    return failure('REQUEST_TIMEOUT', 'the request was not answered in time', {
      hint: 'try again; ask for less at once',
    });
  }
  // Beside a page, whose addresses are all others, the router says so by itself.
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return failure('ROUTE_NOT_FOUND', 'no route of this service has an address with so long a part');
  }
  if (statusCode === 413) return failure('REQUEST_TOO_LARGE', 'the body of the request is too large');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return failure('REQUEST_INVALID', message);
  return failure('INTERNAL', message, { cause: error });
}

type ErrorDescription = {
  readonly code?: string;
  readonly statusCode?: number;
  readonly message: string;
  readonly validation?: Failure;
};

function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const statusCode =
    'statusCode' in error && typeof error.statusCode === 'number' ? { statusCode: error.statusCode } : {};
  const validation = validationFailure(error);
  return {
    ...code,
    ...statusCode,
    message: error.message,
    ...(validation === undefined ? {} : { validation }),
  };
}

type SchemaFault = {
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
};

/** What the schema of a body, a query or a path found wrong, in words. */
function validationFailure(error: Error): Failure | undefined {
  if (!('validation' in error) || !Array.isArray(error.validation)) return undefined;
  const fault = error.validation[0] as SchemaFault | undefined;
  const part = 'validationContext' in error ? String(error.validationContext) : 'request';
  if (fault === undefined) return failure('REQUEST_INVALID', error.message);
  const key = fault.params['additionalProperty'] ?? fault.params['missingProperty'];
  const path = `${part}${fault.instancePath}${typeof key === 'string' ? `/${key}` : ''}`;
  const allowed = fault.params['allowedValues'];
  const text =
    fault.params['additionalProperty'] === undefined
      ? (fault.message ?? 'is not valid')
      : 'is not known here';
  const choice = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return failure(
    'REQUEST_INVALID',
    `${path} ${fault.params['missingProperty'] === undefined ? text : 'is missing'}${choice}`,
    {
      where: path,
    },
  );
}

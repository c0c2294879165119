/**
 * The whole catalogue of expected errors. A code is stable for ever: users search for it, scripts match it.
 * `docs/errors.md` explains each; a test compares the two in both directions.
 *
 * status: HTTP status when the API answers with it · retry: whether the same attempt may succeed later.
 */
export const errorCatalogue = {
  // Configuration and requests
  DATASET_INVALID: { status: 422, retry: false, title: 'The dataset definition is not valid' },
  CHECKS_INVALID: { status: 422, retry: false, title: 'The checks file is not valid' },
  YAML_INVALID: { status: 422, retry: false, title: 'The file is not valid YAML' },
  DATASET_NOT_FOUND: { status: 404, retry: false, title: 'There is no such dataset' },
  PARTITION_NOT_FOUND: { status: 404, retry: false, title: 'The dataset has no such partition' },
  RESULT_NOT_FOUND: { status: 404, retry: false, title: 'There is no such result' },
  INCIDENT_NOT_FOUND: { status: 404, retry: false, title: 'There is no such incident' },
  DRILL_REPORT_NOT_FOUND: { status: 404, retry: false, title: 'There is no such report of a drill' },
  JOB_NOT_FOUND: { status: 404, retry: false, title: 'There is no such job' },
  BACKFILL_NOT_FOUND: { status: 404, retry: false, title: 'There is no such backfill' },
  NODE_NOT_FOUND: { status: 404, retry: false, title: 'The cluster has no such node' },
  REQUEST_INVALID: { status: 400, retry: false, title: 'The request is not valid' },
  REQUEST_TOO_LARGE: { status: 413, retry: false, title: 'The request exceeds a limit of size' },
  REQUEST_FORBIDDEN: {
    status: 403,
    retry: false,
    title: 'The request comes from where it must not come from',
  },
  SIGN_IN_REQUIRED: { status: 401, retry: false, title: 'Nobody is signed in' },
  SIGN_IN_REFUSED: { status: 401, retry: false, title: 'The e-mail address and the password do not fit' },
  SIGN_IN_THROTTLED: { status: 429, retry: true, title: 'Too many tries to sign in' },
  ACCESS_DENIED: { status: 403, retry: false, title: 'This is not allowed to whoever asks' },
  CSRF_TOKEN_INVALID: {
    status: 403,
    retry: false,
    title: 'The request does not prove that it comes from the page',
  },
  LINK_INVALID: { status: 410, retry: false, title: 'The link is not valid any more' },
  PASSWORD_UNFIT: { status: 422, retry: false, title: 'The password can not be used' },
  USER_NOT_FOUND: { status: 404, retry: false, title: 'There is no such user' },
  USER_EXISTS: { status: 409, retry: false, title: 'There is a user with this e-mail address already' },
  API_KEY_NOT_FOUND: { status: 404, retry: false, title: 'There is no such key' },
  MEMBER_NOT_FOUND: { status: 404, retry: false, title: 'The dataset has no such member' },
  OPERATOR_KEY_UNFIT: { status: 422, retry: false, title: 'The file of a key can not be used' },
  REQUEST_TIMEOUT: { status: 503, retry: true, title: 'The request took too long' },
  REQUEST_UNDER_WAY: { status: 409, retry: true, title: 'The same request is being answered' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, retry: false, title: 'The key belongs to another request' },
  ROUTE_NOT_FOUND: { status: 404, retry: false, title: 'The API has no such path' },
  DEFINITION_CHANGED: { status: 412, retry: false, title: 'Somebody else has changed the definition' },
  ACTION_NOT_ALLOWED: { status: 409, retry: false, title: 'The action does not fit the present state' },
  QUEUE_FULL: { status: 429, retry: true, title: 'Too much work is queued for this dataset' },
  SECRET_MISSING: { status: 422, retry: false, title: 'A referenced secret is not set' },
  SECRETS_FILE_UNFIT: { status: 422, retry: false, title: 'The secrets file can not be used' },
  SERVICE_UNREACHABLE: { status: 503, retry: true, title: 'The Assay service does not answer' },
  COORDINATION_LOST: { status: 503, retry: true, title: 'The coordination service does not answer' },
  NOT_READY: { status: 503, retry: true, title: 'The service is starting or stopping' },
  ADDRESS_UNAVAILABLE: { status: 503, retry: false, title: 'The address to listen on is not free' },
  DATA_DIRECTORY_LOCKED: { status: 503, retry: false, title: 'Another process uses this data directory' },
  PROGRAM_MISSING: { status: 503, retry: false, title: 'A program that this needs is not installed' },
  PROCESS_FAILED: {
    status: 503,
    retry: true,
    title: 'A process of the cluster on this machine did not come up',
  },
  // Sources
  SOURCE_NOT_FOUND: { status: 404, retry: false, title: 'No file or table has this name' },
  SOURCE_UNREADABLE: { status: 422, retry: false, title: 'The source can not be read at all' },
  SOURCE_UNAVAILABLE: { status: 503, retry: true, title: 'The source does not answer' },
  SOURCE_HELD: { status: 503, retry: true, title: 'The source is left alone for a while' },
  SOURCE_EMPTY: { status: 422, retry: false, title: 'The source holds no columns' },
  SOURCE_CHANGED: { status: 409, retry: true, title: 'The source changed while it was read' },
  SOURCE_FORMAT_UNKNOWN: { status: 422, retry: false, title: 'The format of the file is not known' },
  SOURCE_LIMIT: { status: 422, retry: false, title: 'The source exceeds a limit' },
  REJECTED_TOO_MANY: { status: 422, retry: false, title: 'Too many rows were rejected' },
  COLUMN_NOT_FOUND: { status: 422, retry: false, title: 'The data has no such column' },
  METRIC_NOT_FOUND: { status: 422, retry: false, title: 'The data has no such metric' },
  PARTITION_COLUMN_UNFIT: { status: 422, retry: false, title: 'The column can not be the partition key' },
  // Work
  TASK_TIMEOUT: { status: 504, retry: true, title: 'The task ran into its time-out and was stopped' },
  TASK_CANCELLED: { status: 409, retry: false, title: 'The task was cancelled' },
  TASK_QUARANTINED: {
    status: 500,
    retry: false,
    title: 'The task was taken out after it killed its workers',
  },
  WORKER_DIED: { status: 500, retry: true, title: 'The worker process died during the task' },
  MEMORY_LIMIT: { status: 500, retry: true, title: 'The task exceeded its memory limit and was stopped' },
  COMMIT_SUPERSEDED: { status: 409, retry: false, title: 'The task was already committed or its job ended' },
  BATCH_MISSING: { status: 500, retry: false, title: 'A batch of the revision is missing from the store' },
  BATCH_CORRUPT: { status: 500, retry: false, title: 'A batch of the revision does not match its checksum' },
  BATCH_STORE_FULL: { status: 507, retry: true, title: 'The batch store has no space left' },
  BATCH_STORE_FAILED: { status: 500, retry: true, title: 'The batch store could not read or write' },
  STATE_UNREADABLE: { status: 500, retry: false, title: 'A stored metric state can not be decoded' },
  QUERY_REFUSED: {
    status: 422,
    retry: false,
    title: 'A statement asks for more than the rows of its partition',
  },
  QUERY_FAILED: { status: 500, retry: false, title: 'A query of the engine failed' },
  DATABASE_UNAVAILABLE: { status: 503, retry: true, title: 'The database does not answer' },
  DATABASE_UNREADABLE: { status: 503, retry: false, title: 'The database could not be opened' },
  DATABASE_TOO_NEW: { status: 503, retry: false, title: 'A newer Assay has written this database' },
  REGISTRY_UNAVAILABLE: { status: 503, retry: true, title: 'The registry of datasets does not answer' },
  REGISTRY_UNFIT: { status: 503, retry: false, title: 'The registry of datasets can not be used' },
  REGISTRY_ELSEWHERE: {
    status: 503,
    retry: false,
    title: 'The datasets of this database are defined elsewhere',
  },
  REGISTRY_LIMIT: { status: 422, retry: false, title: 'The definition is larger than the registry holds' },
  // Delivery
  DELIVERY_FAILED: { status: 502, retry: true, title: 'A notification could not be delivered' },
  DELIVERY_REFUSED: { status: 502, retry: false, title: 'The receiver refused a notification for good' },
  // Anything else that was foreseen nowhere, with its cause
  INTERNAL: { status: 500, retry: true, title: 'An unexpected error' },
} as const satisfies Record<string, { status: number; retry: boolean; title: string }>;

/** A stable error code, such as `SOURCE_UNREADABLE`. */
export type ErrorCode = keyof typeof errorCatalogue;

/** Whether a string is one of the catalogue's codes. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

/**
 * An expected failure, as a value. It is plain data: it crosses processes, is stored with a task and is shown to people.
 * `message` says what happened to what, in one sentence; `hint` says what to do about it.
 */
export type Failure = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** Where: a file, a line, a column, a key. */
  readonly where?: string;
  /** The message of what caused it, innermost last. */
  readonly causes?: readonly string[];
  /** Milliseconds before which trying again is of no use. */
  readonly retryAfterMs?: number;
};

/** Makes a failure. */
export function failure(
  code: ErrorCode,
  message: string,
  details: {
    hint?: string | undefined;
    where?: string | undefined;
    cause?: unknown;
    retryAfterMs?: number | undefined;
  } = {},
): Failure {
  const causes = details.cause === undefined ? [] : causeChain(details.cause);
  return {
    code,
    message,
    ...(details.hint === undefined ? {} : { hint: details.hint }),
    ...(details.where === undefined ? {} : { where: details.where }),
    ...(causes.length === 0 ? {} : { causes }),
    ...(details.retryAfterMs === undefined ? {} : { retryAfterMs: details.retryAfterMs }),
  };
}

/** Whether the same attempt may succeed later. */
export function isRetryable(error: Failure): boolean {
  return errorCatalogue[error.code].retry;
}

const causesMax = 8;

/** The messages of an error and of what caused it, outermost first. */
function causeChain(cause: unknown): string[] {
  const chain: string[] = [];
  let current: unknown = cause;
  while (current !== undefined && current !== null && chain.length < causesMax) {
    if (!(current instanceof Error)) {
      chain.push(typeof current === 'string' ? current : JSON.stringify(current));
      break;
    }
    chain.push(current.message);
    current = current.cause;
  }
  return chain;
}

/** A failure on its way through code that throws: carries the failure unchanged to the boundary that returns it. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(`${failure.code}: ${failure.message}`);
    this.failure = failure;
  }
}

/** The failure inside a thrown value; anything unforeseen becomes `INTERNAL` with its cause chain. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return failure('INTERNAL', message, { cause: thrown });
}

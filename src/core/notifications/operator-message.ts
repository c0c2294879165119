import type { Instant } from '../../base/units.ts';

/** What operators are told: an error of the service itself, which belongs to no dataset. One message for many of its kind. */
export type OperatorMessage = {
  readonly kind: 'operator_error';
  readonly status: 'error';
  /** One line. */
  readonly title: string;
  readonly lines: readonly string[];
  readonly error: OperatorError;
  /** How often it happened since the message before, of this process. */
  readonly count: number;
  readonly since: Instant;
  readonly at: Instant;
  readonly origin: Origin;
  /** Of the last one. */
  readonly traceId?: string;
  /** Where the code is explained. */
  readonly docs: string;
};

/** An error as it was logged: where, and what, with the chain of its causes, innermost last. */
export type OperatorError = {
  /** The constant message of the line of the log: the place that decided. */
  readonly place: string;
  readonly code: string;
  readonly message: string;
  readonly causes: readonly string[];
  readonly hint?: string;
  /** What it is about: dataset, job, task, attempt, node. */
  readonly about: Readonly<Record<string, string>>;
  readonly traceId?: string;
};

/** Which process says so. */
export type Origin = {
  readonly role: string;
  readonly name: string;
  readonly host: string;
  readonly process: number;
  readonly version: string;
};

/** Puts an error that happened `count` times since `since` into words. */
export function operatorMessage(
  error: OperatorError,
  told: { readonly count: number; readonly since: Instant; readonly at: Instant; readonly origin: Origin },
): OperatorMessage {
  const { place, code, message, causes, hint, about, traceId } = error;
  const { count, since, at, origin } = told;
  const docs = `docs/errors.md#${code}`;
  const often = count === 1 ? 'once' : `${count} times since ${new Date(since).toISOString()}`;
  const subjects = Object.entries(about).map(([name, value]) => `${name} ${value}`);
  return {
    kind: 'operator_error',
    status: 'error',
    title: `${code}: ${place}`,
    lines: [
      message,
      ...causes.filter((cause) => cause !== message).map((cause) => `caused by: ${cause}`),
      ...(hint === undefined ? [] : [`what to do: ${hint}`]),
      often,
      ...(subjects.length === 0 ? [] : [subjects.join(', ')]),
      `${origin.role} ${origin.name}, process ${origin.process} on ${origin.host}, Assay ${origin.version}`,
      ...(traceId === undefined ? [] : [`trace ${traceId}`]),
      `explained in ${docs}`,
    ],
    error,
    count,
    since,
    at,
    origin,
    ...(traceId === undefined ? {} : { traceId }),
    docs,
  };
}

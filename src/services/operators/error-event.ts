import { type ErrorCode, errorCatalogue, isErrorCode } from '../../base/errors.ts';
import type { OperatorError } from '../../core/notifications/operator-message.ts';
import type { LogFields } from '../../ports/log.ts';

/**
 * What a line of the log at level error says, as far as operators need it. Nothing else of the line leaves the process:
 * no rows, no samples. `fields` are clean: secrets are masked, errors are failures.
 */
export function errorOfLine(place: string, fields: LogFields): OperatorError {
  const failure = recordOf(fields['failure'] ?? fields['error']);
  const given = textOf(failure['code']);
  const code = given !== undefined && isErrorCode(given) ? given : 'INTERNAL';
  const quotesData = ofData.has(code);
  const hint = textOf(failure['hint']);
  const traceId = textOf(fields['traceId']);
  return {
    place,
    code,
    message: quotesData ? errorCatalogue[code].title : (textOf(failure['message']) ?? place),
    causes: quotesData ? [] : textsOf(failure['causes']),
    ...(hint === undefined ? {} : { hint }),
    about: subjectsOf(fields),
    ...(traceId === undefined ? {} : { traceId }),
  };
}

/** Their messages may quote values of rows, which are for the owners of the data: they see them with the job. */
const ofData: ReadonlySet<ErrorCode> = new Set([
  'SOURCE_UNREADABLE',
  'SOURCE_LIMIT',
  'REJECTED_TOO_MANY',
  'PARTITION_COLUMN_UNFIT',
  'QUERY_REFUSED',
  'QUERY_FAILED',
]);

const charactersMax = 500;
const subjects = ['cluster', 'dataset', 'job', 'task', 'attempt', 'node', 'manager', 'work', 'service'];

function subjectsOf(fields: LogFields): Readonly<Record<string, string>> {
  const named = subjects.flatMap((name) => {
    const value = fields[name];
    return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as const] : [];
  });
  return Object.fromEntries(named.map(([name, value]) => [name, value.slice(0, charactersMax)]));
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((text) => textOf(text) ?? []) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, charactersMax) : undefined;
}

import { type Failure, FailureError, failure } from '../../../base/errors.ts';
import type { Schema } from '../../../core/datasets/schema.ts';
import { nearest } from '../../../core/text/nearest.ts';
import { isOutOfMemory } from '../duckdb-fault.ts';
import { placeOf } from './gate/refusal.ts';

/** The rows that a statement looks at. */
export type StatementContext = {
  readonly request: { readonly paths: readonly string[]; readonly schema: Schema };
};

/** An error of DuckDB with `errors_as_json`. */
type Thrown = {
  readonly exception_type: string;
  readonly exception_message: string;
  readonly position?: string;
  readonly error_subtype?: string;
  readonly name?: string;
};

/** What an error of DuckDB in a user's statement means to its author: without the paths of the data. */
export function statementFault(
  thrown: unknown,
  asked: { readonly sql: string },
  { request }: StatementContext,
): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  const raw = thrown instanceof Error ? thrown.message : String(thrown);
  const { exception_type: kind, exception_message: message, position, ...more } = parsed(raw);
  if (kind === 'Out of Memory' || isOutOfMemory(raw)) {
    return failure('MEMORY_LIMIT', 'the statement needs more memory than it may use', {
      hint: 'look at fewer columns, or aggregate instead of sorting or joining all rows',
    });
  }
  const what = request.paths.reduce((text, path) => text.replaceAll(path, 'data'), firstLine(message));
  return failure('QUERY_FAILED', `the statement failed: ${what}`, {
    where: position === undefined ? undefined : placeOf(asked.sql, Number(position)),
    hint: hintOf({ kind, message, ...more }, request.schema),
  });
}

function parsed(raw: string): Thrown {
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === 'object' && value !== null && 'exception_message' in value) return value as Thrown;
  } catch {
    // Some errors are plain text: `Binder Error: …`.
  }
  const [, kind = '', message = raw] = /^([A-Z][\w ]*?) Error: ([\s\S]*)$/.exec(raw) ?? [];
  return { exception_type: kind, exception_message: message };
}

function hintOf(
  error: { kind: string; message: string; error_subtype?: string; name?: string },
  schema: Schema,
): string | undefined {
  if (/column named|Referenced column/.test(error.message)) {
    const wanted = error.name ?? /column (?:named )?"([^"]*)"/.exec(error.message)?.[1] ?? '';
    const meant = nearest(
      wanted,
      schema.map((column) => column.name),
    );
    return meant === undefined ? `columns of data: ${someOf(schema)}` : `did you mean “${meant}”?`;
  }
  if (error.error_subtype === 'NO_MATCHING_FUNCTION') return 'cast the argument, for example x::double';
  if (error.kind === 'Conversion') return 'with try_cast, what does not fit becomes null';
  return undefined;
}

const namedColumnsMax = 10;

function someOf(schema: Schema): string {
  const names = schema.slice(0, namedColumnsMax).map((column) => column.name);
  return names.join(', ') + (schema.length > namedColumnsMax ? ', …' : '');
}

const messageCharactersMax = 300;

function firstLine(message: string): string {
  const line = message.split('\n').find((each) => each.trim() !== '') ?? message;
  return line.trim().slice(0, messageCharactersMax);
}

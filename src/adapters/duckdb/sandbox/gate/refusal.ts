import { FailureError, failure } from '../../../../base/errors.ts';

/** Makes the refusal of a part of a statement. */
export type Refuse = (what: string, details?: { readonly hint?: string }) => FailureError;

const hint = 'a check is one SELECT over the table data: docs/custom-sql.md says what it may use';

export const tooNested = 'the statement is too long or too deeply nested';

/** What refuses parts of `sql` that stand `offset` bytes from its start. */
export function refuseAt(sql: string, offset: number | undefined): Refuse {
  return (what, details = {}) =>
    new FailureError(
      failure('QUERY_REFUSED', what, {
        hint: details.hint ?? hint,
        where: offset === undefined ? undefined : placeOf(sql, offset),
      }),
    );
}

/** The place for people: `line 2, column 14`. */
export function placeOf(sql: string, offset: number): string {
  const before = Buffer.from(sql, 'utf8').subarray(0, offset).toString('utf8').split('\n');
  return `line ${before.length}, column ${Array.from(before.at(-1) ?? '').length + 1}`;
}

const partNames: Readonly<Record<string, string>> = {
  'table PIVOT': 'PIVOT or UNPIVOT',
  'table SHOW_REF': 'SHOW, DESCRIBE or SUMMARIZE',
  'table COLUMN_DATA': 'a table of given rows',
  'expression PARAMETER': 'a parameter, such as $1,',
  'expression DEFAULT': 'DEFAULT',
  'expression POSITIONAL_REFERENCE': 'a column by its number, such as #1,',
  named_param_map: 'a parameter, such as $1,',
  sample: 'SAMPLE, whose rows differ from one run to the next,',
  at_clause: 'AT, another version of a table,',
  schema_name: 'a table of a schema',
  catalog_name: 'a table of a database',
  catalog: 'a function of a database',
  export_state: 'EXPORT_STATE',
  key_targets: 'USING KEY',
};

/** What people call a part of a statement. */
export function partName(kind: string, part: Readonly<Record<string, unknown>>): string {
  const named = Object.hasOwn(partNames, kind) ? partNames[kind] : undefined;
  return named ?? `the part ${kind}${typeof part['type'] === 'string' ? ` of ${part['type']}` : ''}`;
}

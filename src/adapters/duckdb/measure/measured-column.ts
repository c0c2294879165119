import { type ColumnType, columnType } from '../../../core/datasets/schema.ts';
import type { MeasurePlan } from '../../../core/metrics/plan.ts';
import type { ValidityRule } from '../../../core/metrics/validity-rule.ts';
import { identifier, literal } from '../sql.ts';

/** A column as the queries see it. */
export type MeasuredColumn = {
  readonly name: string;
  readonly type: ColumnType;
  readonly form: ColumnForm;
  /** Of the relation `data`: the value that `values` calls `v`, and whether there is one. */
  readonly value: string;
  readonly present: string;
  /** The rows of the column as a table of one column `v`, for a FROM clause. Nulls are left out. */
  readonly values: string;
  /** Over `v`: whether the value is a configured missing value; undefined when none is configured. */
  readonly missing: string | undefined;
  /** What makes its values valid. */
  readonly validity: readonly ValidityRule[];
};

/** How a column's values are brought to TypeScript. */
export type ColumnForm =
  /** Integers that fit into BIGINT. */
  | { readonly kind: 'integer' }
  /** Wider integers and decimals, as text; `halves` when a sum could pass 128 bits. */
  | { readonly kind: 'wide'; readonly scale: number; readonly halves: boolean }
  | { readonly kind: 'float' }
  | { readonly kind: 'date' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'time' }
  | { readonly kind: 'text' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'opaque' };

/** Prepares a column of `relation`, of the type that the relation gives it. */
export function measuredColumn(request: {
  readonly relation: string;
  readonly name: string;
  readonly native: string;
  readonly plan: MeasurePlan;
}): MeasuredColumn {
  const type = columnType(request.native);
  const form = columnForm(type);
  const column = `"data".${identifier(request.name)}`;
  const value = canonical(column, form);
  // The inner select renames before anything is grouped, because GROUP BY would prefer a column that is called v.
  const present = `${column} is not null`;
  const values = `(select ${value} as v from ${request.relation} as "data" where ${present})`;
  const shown = form.kind === 'opaque' ? { kind: 'other' as const, native: type.native } : type;
  const missing = missingTest(request.plan, shown);
  const validity = request.plan.validity.filter((rule) => rule.column === request.name);
  return { name: request.name, type: shown, form, value, present, values, missing, validity };
}

const narrowIntegers = new Set('TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER'.split(' '));

function columnForm(type: ColumnType): ColumnForm {
  switch (type.kind) {
    case 'integer':
      if (narrowIntegers.has(type.native)) return { kind: 'integer' };
      // A BIGNUM may be longer than every double and every sum.
      if (type.native === 'BIGNUM') return { kind: 'opaque' };
      return { kind: 'wide', scale: 0, halves: type.native !== 'UBIGINT' };
    case 'decimal': {
      const [, width = '38', scale = '0'] = /\((\d+),(\d+)\)/.exec(type.native) ?? [];
      // Up to 28 digits, ten thousand million rows can not overflow the 38 digits of a sum.
      return { kind: 'wide', scale: Number(scale), halves: Number(width) > 28 };
    }
    case 'string':
      return { kind: 'text' };
    case 'other':
      return { kind: 'opaque' };
    default:
      return { kind: type.kind };
  }
}

/** The form in which values are grouped and hashed: FLOAT and DOUBLE, and UUID, ENUM and VARCHAR hash differently. */
function canonical(column: string, form: ColumnForm): string {
  if (form.kind === 'float') return `${column}::double`;
  return form.kind === 'text' ? `${column}::varchar` : column;
}

function missingTest(plan: MeasurePlan, { kind, native }: ColumnType): string | undefined {
  const texts = plan.missingValues.map(literal);
  if (texts.length === 0 || kind === 'other') return undefined;
  if (kind === 'string' || kind === 'boolean') return `v::varchar in (${texts.join(', ')})`;
  // '-999' is to find -999.0 as well. What is no number or date becomes null, which equals nothing.
  const typed = texts.map((text) => `try_cast(${text} as ${native})`);
  return `coalesce(v in (${typed.join(', ')}), false)`;
}

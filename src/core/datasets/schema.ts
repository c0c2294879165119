/** The columns of a dataset, a revision or a batch, in order. */
export type Schema = readonly ColumnSchema[];

export type ColumnSchema = {
  readonly name: string;
  readonly type: ColumnType;
};

/** A column's type: the kind decides which metrics it has, `native` is DuckDB's full name, such as `DECIMAL(18,2)`. */
export type ColumnType = { readonly kind: ColumnKind; readonly native: string };

export type ColumnKind = (typeof columnKinds)[number];

export const columnKinds = [
  'integer',
  'decimal',
  'float',
  'string',
  'boolean',
  'date',
  'timestamp',
  'time',
  'other',
] as const;

const integerTypes = new Set(
  'TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT BIGNUM'.split(' '),
);

/** The column type of a DuckDB type name. */
export function columnType(native: string): ColumnType {
  return { kind: columnKind(native), native };
}

function columnKind(native: string): ColumnKind {
  if (integerTypes.has(native)) return 'integer';
  if (native.startsWith('DECIMAL')) return 'decimal';
  if (native === 'FLOAT' || native === 'DOUBLE') return 'float';
  if (native === 'BOOLEAN') return 'boolean';
  if (native === 'DATE') return 'date';
  if (native.endsWith('[]')) return 'other';
  if (native.startsWith('TIMESTAMP')) return 'timestamp';
  if (native.startsWith('TIME')) return 'time';
  if (native === 'VARCHAR' || native === 'UUID' || native.startsWith('ENUM')) return 'string';
  return 'other';
}

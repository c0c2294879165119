/** What may stand in a field of a parsed statement: a plain value, or an object of this kind, or lists of them. */
export type Slot =
  | 'plain'
  | 'value'
  | 'node'
  | 'body'
  | 'cteMap'
  | 'modifier'
  | 'order'
  | 'expression'
  | 'caseCheck'
  | 'replacement'
  | 'renaming'
  | 'columnName'
  | 'table'
  | 'tableCall'
  | 'type'
  | 'typeInfo'
  | 'typeField';

export type Shape = Readonly<Record<string, Slot>>;

const call: Shape = {
  function_name: 'plain',
  schema: 'plain',
  children: 'expression',
  filter: 'expression',
  order_bys: 'modifier',
  distinct: 'plain',
  is_operator: 'plain',
};
const branches: Shape = { left: 'expression', right: 'expression' };
const children: Shape = { children: 'expression' };

/** Where the kind of object has variants: the field that tells which. */
export const variantFields: Partial<Record<Slot, string>> = {
  node: 'type',
  modifier: 'type',
  expression: 'class',
  tableCall: 'class',
  table: 'type',
  typeInfo: 'type',
};

/** Fields that objects of a kind have in all variants. */
const common: Partial<Record<Slot, Shape>> = {
  node: { type: 'plain', modifiers: 'modifier', cte_map: 'cteMap' },
  modifier: { type: 'plain' },
  expression: { class: 'plain', type: 'plain', alias: 'plain', query_location: 'plain' },
  tableCall: { class: 'plain', type: 'plain', alias: 'plain', query_location: 'plain' },
  table: { type: 'plain', alias: 'plain', query_location: 'plain', column_name_alias: 'plain' },
  typeInfo: { type: 'plain' },
};

/**
 * The parts of a statement that are allowed, as DuckDB serializes them (`src/include/duckdb/storage/serialization` of its
 * source): every other object, and every other field that is set, is refused. What a later version adds is refused too.
 */
const shapes: Readonly<Record<string, Shape>> = {
  body: { node: 'node' },
  'node SELECT_NODE': {
    select_list: 'expression',
    from_table: 'table',
    where_clause: 'expression',
    group_expressions: 'expression',
    group_sets: 'plain',
    aggregate_handling: 'plain',
    having: 'expression',
    qualify: 'expression',
  },
  'node SET_OPERATION_NODE': {
    setop_type: 'plain',
    setop_all: 'plain',
    left: 'node',
    right: 'node',
    children: 'node',
  },
  'node RECURSIVE_CTE_NODE': {
    cte_name: 'plain',
    union_all: 'plain',
    left: 'node',
    right: 'node',
    aliases: 'plain',
  },
  'modifier ORDER_MODIFIER': { orders: 'order' },
  'modifier LIMIT_MODIFIER': { limit: 'expression', offset: 'expression' },
  'modifier LIMIT_PERCENT_MODIFIER': { limit: 'expression', offset: 'expression' },
  'modifier DISTINCT_MODIFIER': { distinct_on_targets: 'expression' },
  order: { type: 'plain', null_order: 'plain', expression: 'expression' },

  'table BASE_TABLE': { table_name: 'plain' },
  'table EMPTY': {},
  'table EXPRESSION_LIST': { values: 'expression', expected_names: 'plain' },
  'table JOIN': {
    left: 'table',
    right: 'table',
    condition: 'expression',
    join_type: 'plain',
    ref_type: 'plain',
    using_columns: 'plain',
    delim_flipped: 'plain',
  },
  'table SUBQUERY': { subquery: 'body' },
  'table TABLE_FUNCTION': { function: 'tableCall', with_ordinality: 'plain' },
  'tableCall FUNCTION': call,

  'expression BETWEEN': { input: 'expression', lower: 'expression', upper: 'expression' },
  'expression CASE': { case_checks: 'caseCheck', else_expr: 'expression' },
  caseCheck: { when_expr: 'expression', then_expr: 'expression' },
  'expression CAST': { child: 'expression', cast_type: 'type', try_cast: 'plain' },
  'expression COLLATE': { child: 'expression', collation: 'plain' },
  'expression COLUMN_REF': { column_names: 'plain' },
  'expression COMPARISON': branches,
  'expression CONJUNCTION': children,
  'expression CONSTANT': { value: 'value' },
  'expression FUNCTION': call,
  'expression LAMBDA': { lhs: 'expression', expr: 'expression' },
  'expression OPERATOR': children,
  'expression STAR': {
    relation_name: 'plain',
    exclude_list: 'plain',
    replace_list: 'replacement',
    rename_list: 'renaming',
    columns: 'plain',
    expr: 'expression',
  },
  replacement: { key: 'plain', value: 'expression' },
  renaming: { key: 'columnName', value: 'plain' },
  columnName: { column: 'plain', table: 'plain' },
  'expression SUBQUERY': {
    subquery_type: 'plain',
    subquery: 'body',
    child: 'expression',
    comparison_type: 'plain',
  },
  'expression WINDOW': {
    function_name: 'plain',
    children: 'expression',
    partitions: 'expression',
    orders: 'order',
    start: 'plain',
    end: 'plain',
    start_expr: 'expression',
    end_expr: 'expression',
    offset_expr: 'expression',
    default_expr: 'expression',
    ignore_nulls: 'plain',
    filter_expr: 'expression',
    exclude_clause: 'plain',
    distinct: 'plain',
    arg_orders: 'order',
  },

  type: { id: 'plain', type_info: 'typeInfo' },
  'typeInfo DECIMAL_TYPE_INFO': { width: 'plain', scale: 'plain' },
  'typeInfo LIST_TYPE_INFO': { child_type: 'type' },
  'typeInfo ARRAY_TYPE_INFO': { child_type: 'type', size: 'plain' },
  'typeInfo STRUCT_TYPE_INFO': { child_types: 'typeField' },
  'typeInfo UNBOUND_TYPE_INFO': { name: 'plain' },
  typeField: { first: 'plain', second: 'type' },
};

/** The fields that an object may have; undefined when there may be no such object. */
export function shapeOf(slot: Slot, variant: string): Shape | undefined {
  const shape = Object.hasOwn(shapes, variant) ? shapes[variant] : undefined;
  return shape === undefined ? undefined : { ...common[slot], ...shape };
}

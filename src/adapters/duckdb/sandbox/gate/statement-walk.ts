import { limits } from '../../../../base/limits.ts';
import type { Schema } from '../../../../core/datasets/schema.ts';
import { checkCall, checkColumnName, checkTable, checkTableCall, checkType } from './name-checks.ts';
import { partName, type Refuse, tooNested } from './refusal.ts';
import { type Shape, type Slot, shapeOf, variantFields } from './statement-shapes.ts';

/** An object of a parsed statement. */
export type Part = Readonly<Record<string, unknown>>;

/** What is known at a part. */
export type Surroundings = {
  /** Names of WITH that can be used here, in small letters. */
  readonly names: ReadonlySet<string>;
  readonly columns: Schema;
  readonly refuse: Refuse;
};

type Step = {
  readonly value: unknown;
  readonly slot: Slot;
  readonly names: ReadonlySet<string>;
  readonly depth: number;
  /** Where in the text the nearest part around it stands. */
  readonly offset: number | undefined;
};

/**
 * Walks a parsed statement and refuses, by throwing, the first part that is not allowed. It keeps a list instead of
 * calling itself: how deep a statement is nested is its author's choice.
 */
export function walkStatement(
  body: unknown,
  of: { readonly columns: Schema; readonly refuse: (offset: number | undefined) => Refuse },
): void {
  const steps: Step[] = [{ value: body, slot: 'body', names: new Set(), depth: 0, offset: undefined }];
  let parts = 0;
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const refuse = of.refuse(step.offset);
    if (++parts > limits.queryPartsMax || step.depth > limits.queryDepthMax) {
      throw refuse(tooNested, { hint: 'make it simpler' });
    }
    if (Array.isArray(step.value)) {
      for (const value of step.value) steps.push({ ...step, value });
    } else {
      steps.push(...partsOf(step, { columns: of.columns, refuse: of.refuse }));
    }
  }
}

type Statement = Parameters<typeof walkStatement>[1];

/** Checks one part; returns the parts in it. */
function partsOf(step: Step, statement: Statement): Step[] {
  const { value, slot } = step;
  if (slot === 'value') return [];
  if (slot === 'plain') {
    if (typeof value !== 'object' || value === null) return [];
    throw statement.refuse(step.offset)('the statement has a part of an unknown kind');
  }
  const part = value as Part;
  const offset = offsetOf(part) ?? step.offset;
  const refuse = statement.refuse(offset);
  const variantField = variantFields[slot];
  const variant = variantField === undefined ? slot : `${slot} ${String(part[variantField])}`;
  const shape = shapeOf(slot, variant);
  if (shape === undefined) throw refuse(`${partName(variant, part)} is not allowed`);
  checkPart(variant, part, { names: step.names, columns: statement.columns, refuse });
  const withTables = 'cte_map' in part ? withParts(part, { ...step, offset }, refuse) : undefined;
  const names = withTables?.names ?? step.names;
  const inner = fieldsOf(part, shape, refuse).map(([field, slotOfField]): Step => {
    const known =
      variant === 'node RECURSIVE_CTE_NODE' && field === 'right' ? withOwnName(part, names) : names;
    return { value: part[field], slot: slotOfField, names: known, depth: step.depth + 1, offset };
  });
  return [...inner, ...(withTables?.steps ?? [])];
}

function fieldsOf(part: Part, shape: Shape, refuse: Refuse): (readonly [string, Slot])[] {
  return Object.keys(part).flatMap((field) => {
    if (field === 'cte_map') return [];
    const slot = Object.hasOwn(shape, field) ? shape[field] : undefined;
    if (slot === undefined) throw refuse(`${partName(field, part)} is not allowed`);
    return [[field, slot] as const];
  });
}

function checkPart(variant: string, part: Part, surroundings: Surroundings): void {
  switch (variant) {
    case 'table BASE_TABLE':
      return checkTable(part, surroundings);
    case 'tableCall FUNCTION':
      return checkTableCall(part, surroundings);
    case 'expression FUNCTION':
    case 'expression WINDOW':
      return checkCall(part, surroundings);
    case 'expression COLUMN_REF':
      return checkColumnName(part, surroundings);
    case 'type':
    case 'typeInfo UNBOUND_TYPE_INFO':
      return checkType(part, surroundings);
    default:
  }
}

/**
 * The queries of a WITH clause, each of which sees the names before it, and the names that the statement under it sees.
 * A name is no name inside its own query: there it would mean whatever the database or a file calls so.
 */
function withParts(part: Part, step: Step, refuse: Refuse): { names: ReadonlySet<string>; steps: Step[] } {
  const names = new Set(step.names);
  const steps: Step[] = [];
  const map = (part['cte_map'] as { map?: unknown } | null)?.map ?? [];
  for (const entry of Array.isArray(map) ? (map as readonly Part[]) : []) {
    const { query, aliases: _, materialized: __, ...others } = entry['value'] as Part;
    const [unknown] = Object.keys(others);
    if (typeof entry['key'] !== 'string' || unknown !== undefined) {
      throw refuse(`${partName(unknown ?? 'name', entry)} is not allowed in WITH`);
    }
    steps.push({ ...step, value: query, slot: 'body', names: new Set(names), depth: step.depth + 1 });
    names.add(entry['key'].toLowerCase());
  }
  return { names, steps };
}

function withOwnName(part: Part, names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names, String(part['cte_name']).toLowerCase()]);
}

/** A part that the parser made up has the largest number of 64 bits as its place. */
function offsetOf(part: Part): number | undefined {
  const offset = part['query_location'];
  return typeof offset === 'number' && Number.isSafeInteger(offset) ? offset : undefined;
}

import type { PlanCost } from '../../ports/table-source.ts';

/** A node of a plan, as `explain (format json, verbose)` tells it. */
type PlanNode = {
  readonly 'Node Type': string;
  readonly 'Plan Rows': number;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
};

/** The plan in the answer of `explain`. */
export function planOf(text: string): PlanNode {
  const [{ Plan }] = JSON.parse(text) as [{ Plan: PlanNode }];
  return Plan;
}

/** The most rows that any part of a plan gives. */
export function rowsAbout(plan: PlanNode): number {
  return Math.max(...nodesOf(plan).map((node) => node['Plan Rows']));
}

/**
 * What a plan with a predicate costs that was made without sequential scans where anything else is possible. `whole` is
 * the plan of the relation without the predicate: it says how large each table is, also one that was never analysed.
 */
export function planCost(plan: PlanNode, whole: PlanNode): PlanCost {
  const sizes = new Map<string, number>();
  for (const node of nodesOf(whole)) {
    const name = nameOf(node);
    if (name !== undefined) sizes.set(name, Math.max(sizes.get(name) ?? 0, node['Plan Rows']));
  }
  const scanned = nodesOf(plan).filter(isScan);
  return {
    rowsScanned: scanned.reduce((sum, node) => sum + (sizes.get(nameOf(node) ?? '') ?? node['Plan Rows']), 0),
    rowsFound: plan['Plan Rows'],
  };
}

/** Whether all of a table, or of its index, is read. */
function isScan(node: PlanNode): boolean {
  const type = node['Node Type'];
  if (type === 'Seq Scan' || type === 'Foreign Scan' || type === 'Sample Scan') return true;
  return (type === 'Index Scan' || type === 'Index Only Scan') && node['Index Cond'] === undefined;
}

function nameOf(node: PlanNode): string | undefined {
  const relation = node['Relation Name'];
  return relation === undefined ? undefined : `${node.Schema ?? ''}.${relation}`;
}

function nodesOf(plan: PlanNode): readonly PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { instant } from '../../base/units.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { compareKeys, timeKey } from '../../core/datasets/partition-key.ts';
import type { RelationDefinition, TableProviderDefinition } from '../../core/datasets/provider-definition.ts';
import { filterOf } from '../../core/datasets/row-rule.ts';
import type { ListedPartition, PartitionFilter } from '../../core/datasets/source.ts';
import type { Listing, ListRequest } from '../../ports/provider.ts';
import type { GroupRule, MarkRule, RowGroup, TableSession } from '../../ports/table-source.ts';
import { fingerprintOf, markRuleOf } from './fingerprint.ts';
import { mergeGroups } from './merge-groups.ts';
import { refuseScan } from './refuse-scan.ts';
import { exactRule } from './table-columns.ts';

/** Lists the partitions of a relation, as the database counts them. */
export async function listGroups(
  session: TableSession,
  { definition, known }: ListRequest,
  scanRowsMax: number,
): Promise<Listing> {
  const provider = definition.provider as TableProviderDefinition;
  const relation = relationOf(provider);
  const { columns, rowsAbout } = await session.describe(relation);
  const rule = exactRule(definition.partition, columns);
  const mark = markRuleOf(provider, columns, { rowsAbout, scanRowsMax, before: recall(known) });
  const anyFilter = rule.kind === 'none' ? undefined : filterOfAny(rule);
  if (anyFilter !== undefined && rowsAbout > scanRowsMax) {
    await refuseScan(session, { relation, filter: anyFilter }, scanRowsMax);
  }
  const max = limits.partitionsPerListingMax + 1;
  const groups = mergeGroups(await session.groups({ relation, rule, mark, max }));
  refuseTooMany(groups.length);
  return {
    partitions: groups
      .toSorted((a, b) => compareKeys(a.key, b.key))
      .map((group) => listed(group, { definition, relation, rule, mark })),
    remember: { version: 1, mark: mark.kind },
  };
}

/** A relation without the rest of its provider. */
function relationOf({ table, query }: RelationDefinition): RelationDefinition {
  return table === undefined ? { query } : { table };
}

/** What told changes at the last listing. */
function recall(known: unknown): unknown {
  const isOurs = typeof known === 'object' && known !== null && 'version' in known && 'mark' in known;
  return isOurs && known.version === 1 ? known.mark : undefined;
}

/** A partition like all others, before any is known: whether an index leads to its rows is the same for each. */
function filterOfAny(rule: Exclude<GroupRule, { kind: 'none' }>): PartitionFilter {
  return rule.kind === 'time'
    ? filterOf(rule, timeKey(instant(0), rule.by))
    : { kind: 'columns', values: Object.fromEntries(rule.columns.map((column) => [column, null])) };
}

function refuseTooMany(count: number): void {
  if (count <= limits.partitionsPerListingMax) return;
  const message = `The dataset has more than ${limits.partitionsPerListingMax} partitions`;
  throw new FailureError(failure('SOURCE_LIMIT', message, { hint: 'Use a coarser partition' }));
}

function listed(
  group: RowGroup,
  of: {
    readonly definition: DatasetDefinition;
    readonly relation: RelationDefinition;
    readonly rule: GroupRule;
    readonly mark: MarkRule;
  },
): ListedPartition {
  const { key, updatedAt } = group;
  if (key.length > limits.partitionKeyCharactersMax) {
    const message = `A partition key has ${key.length} characters: ${key.slice(0, 80)}…`;
    const hint = `Partition by values of at most ${limits.partitionKeyCharactersMax} characters`;
    throw new FailureError(failure('PARTITION_COLUMN_UNFIT', message, { hint }));
  }
  const filter = of.rule.kind === 'none' ? {} : { filter: filterOf(of.rule, key) };
  return {
    key,
    fingerprint: fingerprintOf(of.mark, group, of.relation),
    scan: { kind: 'table', relation: of.relation, ...filter },
    ...(updatedAt === undefined ? {} : { modifiedAt: updatedAt }),
  };
}

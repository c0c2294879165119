import { type PartitionKey, wholeDataset } from '../../base/ids.ts';
import { type Instant, instant } from '../../base/units.ts';
import { columnsKey, nullPartition, timeKey } from '../../core/datasets/partition-key.ts';
import type { GroupRule, GroupsRequest, MarkRule, RowGroup } from '../../ports/table-source.ts';
import { contentMark } from './content-mark.ts';
import { behindTimes, filterSql, firstTime, textOf } from './partition-sql.ts';
import type { StoredValue } from './protocol.ts';
import { relationSql } from './relation.ts';
import { identifier } from './sql.ts';
import { timeOfText } from './time-order.ts';

/** How much of a time tells its day, and its hour. */
const [dayCharacters, hourCharacters] = [10, 13];

/** The statement that counts rows: for each group the values of the rule's columns, the number of rows, the parts of the mark. */
export function groupsSql(
  { relation, rule, mark, only, max }: GroupsRequest,
  columns: readonly string[],
): string {
  const { values, by } = grouping(rule);
  const selected = [...values, 'count(*)', ...markSql(mark, columns)];
  const terms = only?.map((filter) => `(${filterSql(filter)})`);
  const where = terms === undefined ? '' : ` where ${terms.length === 0 ? 'false' : terms.join(' or ')}`;
  const grouped = by.length === 0 ? '' : ` group by ${by.join(', ')}`;
  // Days and hours are put together to larger slices; there are not too many of them.
  const limit = rule.kind === 'columns' ? ` limit ${max}` : '';
  return `select ${selected.join(', ')} from ${relationSql(relation)}${where}${grouped}${limit}`;
}

/** The groups that rows of its result mean, each key once, at most `max`. */
export function groupsOf(
  { rule, max }: GroupsRequest,
  rows: readonly (readonly StoredValue[])[],
): readonly RowGroup[] {
  const groups = new Map<PartitionKey, RowGroup>();
  for (const row of rows) {
    const found = groupOf(rule, row);
    const same = groups.get(found.key);
    // Of a whole dataset without rows, the database makes a group all the same.
    if (found.rowCount > 0) groups.set(found.key, same === undefined ? found : together(same, found));
  }
  return [...groups.values()].slice(0, max);
}

function grouping(rule: GroupRule): { readonly values: readonly string[]; readonly by: readonly string[] } {
  switch (rule.kind) {
    case 'none':
      return { values: [], by: [] };
    case 'time': {
      const column = identifier(rule.column);
      const isTime = `${column} >= ${firstTime} and ${column} < ${behindTimes}`;
      const length = rule.by === 'hour' ? hourCharacters : dayCharacters;
      return { values: [`case when ${isTime} then substr(${column}, 1, ${length}) end`], by: ['1'] };
    }
    case 'columns': {
      const texts = rule.columns.map((column) => textOf(identifier(column)));
      return { values: texts, by: texts };
    }
  }
}

function markSql(mark: MarkRule, columns: readonly string[]): readonly string[] {
  switch (mark.kind) {
    case 'count':
      return [];
    case 'updated': {
      const column = identifier(mark.column);
      return [`${contentMark}(${column})`, `max(${column})`];
    }
    case 'content':
      return [`${contentMark}(${columns.map(identifier).join(', ')})`];
  }
}

function groupOf(rule: GroupRule, row: readonly StoredValue[]): RowGroup {
  const width = rule.kind === 'none' ? 0 : rule.kind === 'time' ? 1 : rule.columns.length;
  const [count, mark = '', newest] = row.slice(width);
  const updatedAt = timeOf(newest);
  return {
    key: keyOf(
      rule,
      row.map((value) => (value === null ? null : String(value))),
    ),
    rowCount: Number(count),
    mark: `${String(mark)} ${newest === undefined ? '' : String(newest)}`.trim(),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

function keyOf(rule: GroupRule, texts: readonly (string | null)[]): PartitionKey {
  if (rule.kind === 'none') return wholeDataset;
  if (rule.kind === 'columns') return columnsKey(rule.columns.map((name, at) => [name, texts[at] ?? null]));
  const [text = null] = texts;
  return text === null ? nullPartition : timeKey(timeOfText(text), rule.by);
}

/** A time, if it is written as one. */
function timeOf(value: StoredValue | undefined): Instant | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return undefined;
  const ms = Date.parse(value.length === 10 ? value : `${value.slice(0, 19).replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? undefined : instant(ms);
}

function together(a: RowGroup, b: RowGroup): RowGroup {
  const newest = Math.max(a.updatedAt ?? Number.NEGATIVE_INFINITY, b.updatedAt ?? Number.NEGATIVE_INFINITY);
  return {
    key: a.key,
    rowCount: a.rowCount + b.rowCount,
    mark: [a.mark, b.mark].toSorted().join(' '),
    ...(Number.isFinite(newest) ? { updatedAt: instant(newest) } : {}),
  };
}

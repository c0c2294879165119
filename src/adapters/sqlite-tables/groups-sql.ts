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

/** The group that a row of its result means. */
export function groupOf({ rule }: GroupsRequest, row: readonly StoredValue[]): RowGroup {
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

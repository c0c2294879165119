import type { PartitionRule } from '../datasets/definition.ts';
import type { ColumnSchema, Schema } from '../datasets/schema.ts';
import type { SourceScan } from '../datasets/source.ts';
import { timeSliceOf, unitOf } from '../datasets/time-slice.ts';

/** A way to cut a dataset into partitions, with what speaks for it. */
export type PartitionProposal = { readonly rule: PartitionRule; readonly reason: string };

/** Columns of dates that are proposed at most. */
const columnsMax = 4;

/**
 * Ways to cut a source into partitions, the likeliest first, always with the one without any last: by the keys of its
 * paths, by its date and timestamp columns, by its files. `scan` is of the source as one partition; no rows are read.
 */
export function proposePartitions(source: {
  readonly schema: Schema;
  readonly scan: SourceScan | undefined;
}): readonly PartitionProposal[] {
  const names = namesOf(source.scan);
  return [...byPath(names), ...byTime(source.schema), ...byFile(names), whole];
}

const whole: PartitionProposal = {
  rule: { kind: 'none' },
  reason: 'everything is one partition, which is learned from as often as it is published',
};

function namesOf(scan: SourceScan | undefined): readonly string[] {
  if (scan === undefined || scan.kind === 'table') return [];
  return scan.kind === 'files'
    ? scan.files.map(({ path, origin }) => origin ?? path)
    : scan.files.map(({ name }) => name);
}

function byPath(names: readonly string[]): readonly PartitionProposal[] {
  const [first, ...others] = names.map(hiveKeysOf);
  const keys = (first ?? []).filter((key) => others.every((one) => one.includes(key)));
  if (keys.length === 0) return [];
  const spelled = keys.map((key) => `${key}=…`).join('/');
  return [{ rule: { kind: 'path', keys }, reason: `every path has ${spelled}` }];
}

/** The names of `key=value` folders in a path. */
function hiveKeysOf(name: string): readonly string[] {
  const folders = name.split('/').slice(0, -1);
  return folders.flatMap((folder) => /^([^=*\s]+)=/.exec(folder)?.[1] ?? []);
}

function byTime(schema: Schema): readonly PartitionProposal[] {
  return schema
    .filter(({ type }) => type.kind === 'date' || type.kind === 'timestamp')
    .toSorted((a, b) => likeliness(b) - likeliness(a))
    .slice(0, columnsMax)
    .map(({ name, type }) => ({
      rule: { kind: 'time', column: name, by: 'day' },
      reason: `${name} holds ${type.kind === 'date' ? 'dates' : 'points in time'}`,
    }));
}

/** A column of dates is rather meant than one of times; one that is called by what it is, or by what happened, first. */
function likeliness({ name, type }: ColumnSchema): number {
  const word = name.toLowerCase();
  const isNamed =
    /^(?:date|day|dt|ds|partition_?date|(?:event|business|report|flight|order)_?(?:date|day))$/.test(word);
  const isLate = /updat|modif|delet|load|ingest|birth|expir/.test(word);
  return (
    (isNamed ? 4 : 0) +
    (type.kind === 'date' ? 2 : 0) +
    (unitOf(word) === undefined ? 0 : 1) -
    (isLate ? 5 : 0)
  );
}

function byFile(names: readonly string[]): readonly PartitionProposal[] {
  const [first] = names;
  if (first === undefined || names.length < 2) return [];
  const dates = new Set(names.map((name) => timeSliceOf(baseName(name))?.startMs));
  if (dates.has(undefined) || dates.size < names.length) {
    return [{ rule: { kind: 'file' }, reason: `there are ${names.length} files` }];
  }
  const reason = `each of ${names.length} files has a date of its own in its name, such as ${baseName(first)}`;
  return [{ rule: { kind: 'file' }, reason }];
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

import { limits } from '../../../base/limits.ts';
import { type ByteReader, readable } from '../codec/byte-reader.ts';
import { ByteWriter } from '../codec/byte-writer.ts';
import { readColumns, writeColumns } from '../column-codec.ts';
import type { MeasuredRows } from '../column-profile.ts';
import { distinctFamily } from '../families/distinct.ts';
import { compareText } from '../texts/order.ts';
import { type Segments, segmentsKey } from './segments.ts';

/** Writes the segments of a profile, in the order of their columns. */
export function writeSegmentList(out: ByteWriter, list: readonly Segments[]): void {
  out.unsigned(list.length);
  const keyed = list.map((segments) => ({ key: segmentsKey(segments.columns), segments }));
  for (const { segments } of keyed.sort((a, b) => compareText(a.key, b.key))) writeSegments(out, segments);
}

/** Reads what `writeSegmentList` wrote; with `wanted`, only the states of these families. */
export function readSegmentList(input: ByteReader, wanted?: ReadonlySet<string>): Segments[] {
  return Array.from({ length: input.count(fewestBytes) }, () => readSegments(input, wanted));
}

/** Bytes that the rows of one group take. */
export function encodedSize(rows: MeasuredRows): number {
  const out = new ByteWriter();
  writeRows(out, rows);
  return out.size;
}

/** Of the segments of a rule without any group. */
const fewestBytes = 6;

function writeSegments(out: ByteWriter, segments: Segments): void {
  out.unsigned(segments.columns.length);
  for (const column of segments.columns) out.text(column);
  out.unsigned(segments.groupsMax);
  out.unsigned(segments.otherGroupRowsMax);
  const offered = new ByteWriter();
  distinctFamily.encode(segments.offered, offered);
  out.unsigned(distinctFamily.version);
  out.bytes(offered.finish());
  writeRows(out, segments.other);
  out.unsigned(segments.groups.size);
  for (const [label, rows] of segments.groups) {
    out.text(label);
    writeRows(out, rows);
  }
}

function readSegments(input: ByteReader, wanted: ReadonlySet<string> | undefined): Segments {
  const columns = Array.from({ length: input.count() }, () => input.text());
  const [groupsMax, otherGroupRowsMax] = [input.unsigned(), input.unsigned()];
  const version = input.unsigned();
  readable(version <= distinctFamily.version, `its distinct are version ${version}`);
  const offered = distinctFamily.decode(version, input);
  const other = readRows(input, wanted);
  const count = input.count(3);
  readable(count <= limits.segmentGroupsMax, 'it has too many groups');
  const groups = new Map(
    Array.from({ length: count }, () => [input.text(), readRows(input, wanted)] as const),
  );
  return { columns, groupsMax, groups, other, otherGroupRowsMax, offered };
}

function writeRows(out: ByteWriter, { rowCount, columns }: MeasuredRows): void {
  out.unsigned(rowCount);
  writeColumns(out, columns);
}

function readRows(input: ByteReader, wanted: ReadonlySet<string> | undefined): MeasuredRows {
  return { rowCount: input.unsigned(), columns: readColumns(input, wanted) };
}

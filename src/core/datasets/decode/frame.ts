import type { DatasetDefinition, PartitionRule } from '../definition.ts';
import { timeSliceOf } from '../time-slice.ts';
import { type Decoder, describe, text } from './decoder.ts';
import { object, optional } from './object.ts';
import type { Place } from './place.ts';

type Frame = NonNullable<DatasetDefinition['backfill']>;

/** Decodes `backfill: {from: 2001-01-01, to: 2001-06-28}`: partition keys, both inclusive, one of them may be absent. */
export const frameDecoder: Decoder<Frame> = object({ from: optional(text()), to: optional(text()) });

/** Reports a frame that can not be one of this partition rule: no times, or the wrong way round. */
export function reportMisfitFrame(frame: Frame, partition: PartitionRule, place: Place): void {
  if (partition.kind === 'none') {
    place.report('has no meaning without partitions; remove it, or add partition: {column: …, by: day}');
  }
  if (partition.kind === 'time') {
    for (const end of ['from', 'to'] as const) {
      const key = frame[end];
      if (key === undefined || isTime(key)) continue;
      place
        .at(end)
        .report(`must be a date such as 2001-01-31, 2001-01 or 2001-01-31T05; is ${describe(key)}`);
    }
  }
  if (isReversed(frame)) place.report(`ends (${frame.to}) before it begins (${frame.from})`);
}

function isTime(key: string): boolean {
  return /^\d{4}(-\d\d(-\d\d(T\d\d)?)?)?$/.test(key) && timeSliceOf(key) !== undefined;
}

/** A bound stands for all that it contains: from 2001-02-10 to 2001-02 is a frame. */
function isReversed({ from, to }: Frame): boolean {
  if (from === undefined || to === undefined) return false;
  const start = timeSliceOf(from);
  const end = timeSliceOf(to);
  return start === undefined || end === undefined ? false : start.startMs >= end.endMs;
}

import { failure } from '../../base/errors.ts';
import { partitionKey } from '../../base/ids.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import { compareKeys, partitionEnd, partitionStart } from '../../core/datasets/partition-key.ts';

/** A frame of partition keys, both ends inclusive; an absent end is open. */
export type BackfillFrame = { readonly from?: string; readonly to?: string };

/**
 * The frame that a request means: its own, or the definition's when it names no end, or everything.
 * `REQUEST_INVALID` when an end can not be a key of this dataset, or the ends are in the wrong order.
 */
export function checkFrame(
  definition: DatasetDefinition,
  request: { readonly from?: string | undefined; readonly to?: string | undefined },
): Outcome<BackfillFrame> {
  const asked = request.from !== undefined || request.to !== undefined;
  if (asked && definition.partition.kind === 'none') {
    return invalid(
      `${definition.dataset} has no partitions, so a backfill of it has no time frame`,
      'leave out --from and --to',
    );
  }
  const { from, to } = asked ? request : (definition.backfill ?? {});
  for (const [end, key] of Object.entries({ from, to })) {
    if (key === undefined || definition.partition.kind !== 'time' || isTimeKey(key)) continue;
    return invalid(
      `\`${end}\` is ${JSON.stringify(key)}; it must be a date such as 2001-01-31, 2001-01 or 2001-01-31T05`,
    );
  }
  if (from !== undefined && to !== undefined && endsBefore(from, to)) {
    return invalid(`the frame ends (${to}) before it begins (${from})`, 'swap --from and --to');
  }
  return succeed({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
}

function isTimeKey(key: string): boolean {
  return /^\d{4}[-\dT]*$/.test(key) && partitionStart(partitionKey(key)) !== undefined;
}

/** `to` stands for its whole time slice: from 2001-02-10 to 2001-02 is a frame. */
function endsBefore(from: string, to: string): boolean {
  const begin = partitionStart(partitionKey(from));
  const end = partitionEnd(partitionKey(to));
  if (begin !== undefined && end !== undefined) return begin >= end;
  return compareKeys(from, to) > 0 && !from.startsWith(to);
}

function invalid(message: string, hint?: string): Outcome<never> {
  return fail(failure('REQUEST_INVALID', message, { hint }));
}

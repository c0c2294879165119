import { failure } from '../../base/errors.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';

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
  if (from !== undefined && to !== undefined && isAfter(from, to)) {
    return invalid(`the frame ends (${to}) before it begins (${from})`, 'swap --from and --to');
  }
  return succeed({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
}

/** Whether a text is a year, a month, a day or an hour that exists. */
function isTimeKey(key: string): boolean {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}))?)?)?$/.exec(key);
  if (match === null) return false;
  const [year, month, day, hour] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const date = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1));
  return date.getUTCMonth() === (month ?? 1) - 1 && date.getUTCDate() === (day ?? 1) && (hour ?? 0) < 24;
}

/** A shorter end stands for all that begins with it: from 2001-02-10 to 2001-02 is a frame. */
function isAfter(from: string, to: string): boolean {
  return from > to && !from.startsWith(to);
}

function invalid(message: string, hint?: string): Outcome<never> {
  return fail(failure('REQUEST_INVALID', message, { hint }));
}

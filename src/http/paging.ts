import { FailureError, failure } from '../base/errors.ts';
import { boundedText, described } from './schemas/schema-kit.ts';

/** What a page's last line stands at in its list. */
export type Place = readonly (string | number | null)[];

export const cursorText = described(
  boundedText(8_000),
  'Where the last page ended: its `nextCursor`. Lines that came since are not in between.',
);
export const nextCursorText = described(
  boundedText(8_000),
  'The `cursor` of the next page; absent on the last one.',
);

/** The first `limit` of lines of which one more was asked for, and the cursor of the next page where there is one. */
export function pageOf<T>(
  lines: readonly T[],
  page: { readonly list: string; readonly limit: number; readonly placeOf: (line: T) => Place },
): { readonly lines: readonly T[]; readonly nextCursor?: string } {
  const { list, limit, placeOf } = page;
  const last = lines[limit - 1];
  if (lines.length <= limit || last === undefined) return { lines };
  return { lines: lines.slice(0, limit), nextCursor: cursorOf(list, placeOf(last)) };
}

/** A cursor of a list. It is opaque to clients: what is in it may change from release to release. */
export function cursorOf(list: string, place: Place): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url');
}

/** The place that a cursor names, read by `read`, which says undefined to what is none: `REQUEST_INVALID`. */
export function placeOf<T>(
  cursor: string | undefined,
  { list, read }: { readonly list: string; readonly read: (place: Place) => T | undefined },
): { readonly after?: T } {
  if (cursor === undefined) return {};
  const [name, ...place] = partsOf(cursor);
  const after = name === list ? read(place as Place) : undefined;
  if (after === undefined) {
    throw new FailureError(
      failure('REQUEST_INVALID', 'the cursor is none of this list', {
        where: 'querystring/cursor',
        hint: 'give the nextCursor of the page before, as it is',
      }),
    );
  }
  return { after };
}

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** A place that is one text, such as a name. */
export function textPlace([text, ...rest]: Place): string | undefined {
  return typeof text === 'string' && rest.length === 0 ? text : undefined;
}

/** A place that is a time and an id. */
export function timedPlace([at, id, ...rest]: Place):
  | { readonly at: number; readonly id: string }
  | undefined {
  if (typeof at !== 'number' || typeof id !== 'string' || rest.length > 0) return undefined;
  return { at, id };
}

/** Begins texts that stand for something else; texts that begin with it themselves get it twice. */
const marker = '\u001b';

/** JSON text of plain data; what JSON lacks (`NaN`, infinities, -0) survives. */
export function encodeItemJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'string' && part.startsWith(marker)) return `${marker}${part}`;
    if (typeof part !== 'number' || (Number.isFinite(part) && !Object.is(part, -0))) return part;
    return `${marker}n${Object.is(part, -0) ? '-0' : String(part)}`;
  });
}

/** The data that `encodeItemJson` was given. The caller names the type that was stored. */
export function decodeItemJson<T>(text: string): T {
  return JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== 'string' || !part.startsWith(marker)) return part;
    return part.startsWith(`${marker}n`) ? Number(part.slice(2)) : part.slice(1);
  }) as T;
}

/** The same text for equal data, in whatever order its keys stand. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(JSON.parse(encodeItemJson(value)), (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

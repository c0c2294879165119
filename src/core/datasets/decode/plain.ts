/** Plain data with the keys of the YAML form. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** A map of plain data. */
export type PlainMap = { readonly [key: string]: Plain };

/** A map without the entries that are undefined. */
export function present(entries: Readonly<Record<string, Plain | undefined>>): PlainMap {
  const kept = Object.entries(entries).filter((entry): entry is [string, Plain] => entry[1] !== undefined);
  return Object.fromEntries(kept);
}

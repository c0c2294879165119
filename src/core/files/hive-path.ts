/** The value of a Hive key that is null. */
const hiveNull = '__HIVE_DEFAULT_PARTITION__';

/** The keys and values of the directories `key=value` of a path, in their order; of a repeated key the innermost. */
export function hiveValuesOf(path: string): ReadonlyMap<string, string | null> {
  const values = new Map<string, string | null>();
  for (const directory of path.split('/').slice(0, -1)) {
    const at = directory.indexOf('=');
    if (at <= 0) continue;
    const value = decoded(directory.slice(at + 1));
    values.set(decoded(directory.slice(0, at)), value === hiveNull ? null : value);
  }
  return values;
}

/** Keys that every one of the paths has, in the order of the first path. */
export function commonHiveKeys(paths: readonly ReadonlyMap<string, string | null>[]): readonly string[] {
  const [first, ...others] = paths;
  return [...(first?.keys() ?? [])].filter((key) => others.every((values) => values.has(key)));
}

/** Hive writes odd characters as `%XX`; other writers do not, and a percent sign may be meant as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

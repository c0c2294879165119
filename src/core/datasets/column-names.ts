/** Column names that are all different, and what had to be changed for it, in words. */
export type ColumnNames = { readonly names: readonly string[]; readonly remarks: readonly string[] };

const remarksMax = 20;

/**
 * Makes the names of a header unique, ignoring case as DuckDB does: an empty name becomes `column_<position>`, a repeated
 * one gets `_2`, `_3` … appended. The same header always gives the same names.
 */
export function uniqueNames(header: readonly string[]): ColumnNames {
  const taken = new Set(header.map((name) => name.trim().toLowerCase()));
  const given = new Set<string>();
  const remarks: string[] = [];
  const names = header.map((raw, index) => {
    const wanted = raw.trim() === '' ? `column_${index + 1}` : raw.trim();
    const isFree =
      !given.has(wanted.toLowerCase()) && (raw.trim() !== '' || !taken.has(wanted.toLowerCase()));
    const name = isFree ? wanted : numbered(wanted, new Set([...taken, ...given]));
    given.add(name.toLowerCase());
    if (raw.trim() === '') remarks.push(`column ${index + 1} has no name; it is called "${name}"`);
    else if (name !== wanted) {
      remarks.push(`column ${index + 1} repeats the name "${wanted}"; it is called "${name}"`);
    }
    return name;
  });
  const more = remarks.length - remarksMax;
  return { names, remarks: more > 0 ? [...remarks.slice(0, remarksMax), `and ${more} more`] : remarks };
}

function numbered(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const candidate = `${name}_${number}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}

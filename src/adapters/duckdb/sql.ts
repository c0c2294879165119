/** A quoted identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal. A zero character, which DuckDB's parser would end the statement at, is spelled out. */
export function literal(text: string): string {
  const quoted = (part: string): string => `'${part.replaceAll("'", "''")}'`;
  return text.includes('\0') ? `(${text.split('\0').map(quoted).join(' || chr(0) || ')})` : quoted(text);
}

/** A list of string literals. */
export function literalList(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

/** A struct literal, such as the `columns` of a reader. */
export function literalStruct(entries: readonly (readonly [name: string, text: string])[]): string {
  return `{${entries.map(([name, text]) => `${literal(name)}: ${literal(text)}`).join(', ')}}`;
}

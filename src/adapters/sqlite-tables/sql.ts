/** A quoted identifier. In double quotes, the name of a column that is not there would be taken for a text. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A text literal; a zero character, which would end the statement, is spelled out. */
export function literal(text: string): string {
  const quoted = (part: string): string => `'${part.replaceAll("'", "''")}'`;
  return text.includes('\0') ? `(${text.split('\0').map(quoted).join(' || char(0) || ')})` : quoted(text);
}

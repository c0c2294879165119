/** A quoted identifier, whatever the mode of the server. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A text as a literal that no mode of the server, such as that of backslashes, reads in another way. */
export function literal(text: string): string {
  return /^[\w :.+-]*$/.test(text) ? `'${text}'` : `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`;
}

/** The bytes of a text: equal only to the same text, whatever the collation of a column. */
export function bytesLiteral(text: string): string {
  return `x'${Buffer.from(text).toString('hex')}'`;
}

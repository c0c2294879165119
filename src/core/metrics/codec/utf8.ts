/** Calls `write` with each byte of the text's UTF-8 form. Lone surrogates are kept, as three bytes. */
export function forEachUtf8Byte(text: string, write: (byte: number) => void): void {
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) write(point);
    else if (point < 0x800) {
      write(0xc0 | (point >> 6));
      write(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
      write(0xe0 | (point >> 12));
      write(0x80 | ((point >> 6) & 0x3f));
      write(0x80 | (point & 0x3f));
    } else {
      write(0xf0 | (point >> 18));
      write(0x80 | ((point >> 12) & 0x3f));
      write(0x80 | ((point >> 6) & 0x3f));
      write(0x80 | (point & 0x3f));
    }
  }
}

/** The text of UTF-8 bytes; what is no UTF-8 becomes the replacement character. */
export function utf8Text(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const length = sequenceLength(lead);
    const point = length === 0 ? undefined : codePoint(bytes, at, length);
    text += point === undefined ? '\ufffd' : String.fromCodePoint(point);
    at += point === undefined ? 1 : length;
  }
  return text;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc0) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf8 ? 4 : 0;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number | undefined {
  if (at + length > bytes.length) return undefined;
  const lead = bytes[at] ?? 0;
  let point = length === 1 ? lead : lead & (0x7f >> length);
  for (let next = at + 1; next < at + length; next++) {
    const byte = bytes[next] ?? 0;
    if ((byte & 0xc0) !== 0x80) return undefined;
    point = point * 64 + (byte & 0x3f);
  }
  return point <= 0x10ffff ? point : undefined;
}

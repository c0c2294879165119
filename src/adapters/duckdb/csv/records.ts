/** Splits the text of a few records into fields: for looking at the start of a file, not for reading it. */
export function splitRecords(text: string, delimiter: string, limit: number): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length && records.length < limit) {
    const { value, end } = readField(text, delimiter, at);
    record.push(value);
    if (text.startsWith(delimiter, end)) {
      at = end + delimiter.length;
      if (at >= text.length) record.push('');
      continue;
    }
    at = text.startsWith('\r\n', end) ? end + 2 : end + 1;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  if (record.length > 0 && records.length < limit) records.push(record);
  return records;
}

function readField(text: string, delimiter: string, start: number): { value: string; end: number } {
  if (text[start] !== '"') return readPlain(text, delimiter, start);
  let at = start + 1;
  let value = '';
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return readPlain(text, delimiter, start);
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      const rest = readPlain(text, delimiter, quote + 1);
      return { value: value + rest.value, end: rest.end };
    }
    value += '"';
    at = quote + 2;
  }
}

function readPlain(text: string, delimiter: string, start: number): { value: string; end: number } {
  let end = start;
  while (end < text.length) {
    const character = text[end];
    if (character === '\n' || character === '\r' || text.startsWith(delimiter, end)) break;
    end += 1;
  }
  return { value: text.slice(start, end), end };
}

import { isoDate, type TextType } from './text-column.ts';

/**
 * The types that a column could have, by some of its texts, the narrowest first. All those are counted that any of the
 * examples has: one of them may be a stray value.
 */
export function typeCandidates(examples: readonly string[]): TextType[] {
  const found = new Set(examples.flatMap((text) => patternOf(text.trim())?.types ?? []));
  return order.filter((type) => found.has(type));
}

const type = {
  boolean: { native: 'BOOLEAN' },
  bigint: { native: 'BIGINT' },
  // Not HUGEINT, which Parquet does not have: DuckDB would store doubles.
  hugeint: { native: 'DECIMAL(38,0)' },
  double: { native: 'DOUBLE' },
  date: { native: 'DATE', format: isoDate },
  dayFirstSlash: { native: 'DATE', format: '%d/%m/%Y' },
  monthFirstSlash: { native: 'DATE', format: '%m/%d/%Y' },
  dayFirstDot: { native: 'DATE', format: '%d.%m.%Y' },
  dayFirstDash: { native: 'DATE', format: '%d-%m-%Y' },
  yearFirstSlash: { native: 'DATE', format: '%Y/%m/%d' },
  timestamp: { native: 'TIMESTAMP' },
  zoned: { native: 'TIMESTAMP WITH TIME ZONE' },
  time: { native: 'TIME' },
} as const satisfies Record<string, TextType>;

const order: readonly TextType[] = Object.values(type);

const clock = '\\d{1,2}:\\d{2}(:\\d{2}([.]\\d+)?)?';
const date = '\\d{4}-\\d{1,2}-\\d{1,2}';

const patterns: readonly { readonly pattern: RegExp; readonly types: readonly TextType[] }[] = [
  { pattern: /^(true|false)$/i, types: [type.boolean] },
  { pattern: /^[+-]?\d{1,18}$/, types: [type.bigint, type.double] },
  { pattern: /^[+-]?\d+$/, types: [type.bigint, type.hugeint, type.double] },
  { pattern: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, types: [type.bigint, type.double] },
  { pattern: /^[+-]?(nan|inf(inity)?)$/i, types: [type.double] },
  { pattern: new RegExp(`^${date}$`), types: [type.date, type.timestamp, type.zoned] },
  { pattern: new RegExp(`^${date}[T ]${clock}$`), types: [type.timestamp, type.zoned] },
  { pattern: new RegExp(`^${date}[T ]${clock} ?(Z|[+-]\\d{2}(:?\\d{2})?)$`), types: [type.zoned] },
  { pattern: /^\d{1,2}\/\d{1,2}\/\d{4}$/, types: [type.dayFirstSlash, type.monthFirstSlash] },
  { pattern: /^\d{1,2}\.\d{1,2}\.\d{4}$/, types: [type.dayFirstDot] },
  { pattern: /^\d{1,2}-\d{1,2}-\d{4}$/, types: [type.dayFirstDash] },
  { pattern: /^\d{4}\/\d{1,2}\/\d{1,2}$/, types: [type.yearFirstSlash] },
  { pattern: new RegExp(`^${clock}$`), types: [type.time] },
];

function patternOf(text: string): (typeof patterns)[number] | undefined {
  return patterns.find(({ pattern }) => pattern.test(text));
}

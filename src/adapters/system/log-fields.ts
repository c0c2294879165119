import type { LogFields } from '../../ports/log.ts';

/**
 * A plain copy of log fields, safe to print: values under names of secrets and passwords within URLs are masked, errors
 * become their messages, and depth, length and breadth are bounded.
 */
export function cleanFields(fields: LogFields): Record<string, unknown> {
  const cleaned: Record<string, unknown> = {};
  for (const [name, value] of entriesOf(fields)) cleaned[name] = cleanNamed(name, value, 0);
  return cleaned;
}

const depthMax = 6;
const itemsMax = 100;
const charactersMax = 4_096;
const masked = '[masked]';
const secretName =
  /passw|passphrase|secret|token|authorization|api[-_]?key|access[-_]?key|private[-_]?key|credential|cookie|signature/i;
const urlPassword = /(:\/\/[^\s/:@]*):[^\s/@]+@/g;

function cleanNamed(name: string, value: unknown, depth: number): unknown {
  return secretName.test(name) && value !== undefined ? masked : clean(value, depth);
}

function clean(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return cleanText(value);
    case 'bigint':
      return value.toString();
    case 'function':
    case 'symbol':
      return undefined;
    case 'object':
      return value === null ? null : cleanObject(value, depth + 1);
    default:
      return value;
  }
}

function cleanText(text: string): string {
  const whole = text.length <= charactersMax ? text : `${text.slice(0, charactersMax)}…`;
  return whole.replace(urlPassword, `$1:${masked}@`);
}

function cleanObject(value: object, depth: number): unknown {
  if (depth > depthMax) return '[deep]';
  if (value instanceof Error) return cleanError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, itemsMax).map((item) => clean(item, depth));
  }
  const entries =
    value instanceof Map ? [...value].map(([k, v]) => [String(k), v] as const) : entriesOf(value);
  const cleaned: Record<string, unknown> = {};
  for (const [name, item] of entries.slice(0, itemsMax)) cleaned[name] = cleanNamed(name, item, depth);
  return cleaned;
}

function cleanError(error: Error, depth: number): unknown {
  return {
    name: error.name,
    message: cleanText(error.message),
    ...(error.stack === undefined ? {} : { stack: cleanText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: clean(error.cause, depth) }),
  };
}

/** The entries of an object; a getter that throws yields its absence. */
function entriesOf(value: object): (readonly [string, unknown])[] {
  const entries: [string, unknown][] = [];
  for (const name of Object.keys(value)) {
    try {
      entries.push([name, Reflect.get(value, name)]);
    } catch {
      entries.push([name, '[unreadable]']);
    }
  }
  return entries;
}

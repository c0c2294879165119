import type { Plain } from '../datasets/decode/plain.ts';

/** Plain data in YAML's flow style: `{must_be: 0, valid_values: [AA, "1"]}`. Reads back as the same data. */
export function flowText(value: Plain): string {
  if (typeof value === 'string') return textScalar(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(flowText).join(', ')}]`;
  const entries = Object.entries(value).map(([key, one]) => `${textScalar(key)}: ${flowText(one)}`);
  return `{${entries.join(', ')}}`;
}

/** The entries of a map, one a line, each in flow style. */
export function blockEntries(map: Readonly<Record<string, Plain>>): string[] {
  return Object.entries(map).map(([key, value]) => `${textScalar(key)}: ${flowText(value)}`);
}

/** A comment of one line, whatever the text holds. */
export function commentLine(indent: string, text: string): string {
  return `${indent}# ${text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')}`;
}

/** Words that can be nothing else than text need no quotes; everything else is written as JSON, which YAML reads. */
function textScalar(text: string): string {
  const isWord = /^[A-Za-z][A-Za-z0-9_.@/-]*$/.test(text) && !reserved.test(text);
  return isWord ? text : JSON.stringify(text);
}

const reserved = /^(?:true|false|yes|no|on|off|null|y|n|nan|inf)$/i;

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

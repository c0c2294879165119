import type { TimeGrain } from './definition.ts';

/** An address with fields for the time, such as `https://example.org/{yyyy}/{MM}/{dd}.csv?key=1`. */
export type UrlTemplate = {
  readonly text: string;
  /** The finest field; undefined of an address without any. */
  readonly grain: TimeGrain | undefined;
};

const fields = { '{yyyy}': 'year', '{MM}': 'month', '{dd}': 'day', '{HH}': 'hour' } as const satisfies Record<
  string,
  TimeGrain
>;
const grains = ['year', 'month', 'day', 'hour'] as const satisfies readonly TimeGrain[];
const anyField = /\{[^{}]*\}/g;

/** The template in an address, or what is wrong with its fields. */
export function parseUrlTemplate(address: string): UrlTemplate | { readonly problem: string } {
  const text = address.replace(/#.*$/s, '');
  const [, beforePath = ''] = /^([a-z]+:\/\/[^/?]*)/i.exec(text) ?? [];
  const found = new Set<TimeGrain>();
  for (const [field] of text.matchAll(anyField)) {
    if (!Object.hasOwn(fields, field)) {
      return { problem: `has the unknown field ${field}; known are ${Object.keys(fields).join(', ')}` };
    }
    found.add(fields[field as keyof typeof fields]);
  }
  if (/\{[^{}]*\}/.test(beforePath)) return { problem: 'must not have fields in the name of its server' };
  const finest = grains.findLast((grain) => found.has(grain));
  if (finest === undefined) return { text, grain: undefined };
  const missing = grains.slice(0, grains.indexOf(finest)).find((grain) => !found.has(grain));
  if (missing === undefined) return { text, grain: finest };
  const name = Object.entries(fields).find(([, grain]) => grain === missing)?.[0];
  return { problem: `must have the field ${name}, too: without it times can not be told apart` };
}

/** The address of a time, given as a partition key: `2001-01-31T05`. */
export function addressAt(template: UrlTemplate, key: string | undefined): string {
  return filled(template.text, key);
}

/**
 * How people know the file of a time: its address without what may be secret, which are the parameters that have no field.
 */
export function nameAt(template: UrlTemplate, key: string | undefined): string {
  const [path = '', query] = template.text.split(/\?(.*)/s);
  const told = (query ?? '').split('&').filter((parameter) => /\{[^{}]*\}/.test(parameter));
  return filled(told.length === 0 ? path : `${path}?${told.join('&')}`, key);
}

function filled(text: string, key: string | undefined): string {
  const [yyyy = '', MM = '', dd = '', HH = ''] = key?.split(/[-T]/) ?? [];
  const values: Readonly<Record<string, string>> = { '{yyyy}': yyyy, '{MM}': MM, '{dd}': dd, '{HH}': HH };
  return text.replace(anyField, (field) => values[field] ?? field);
}

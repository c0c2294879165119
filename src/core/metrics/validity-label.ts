import { ByteWriter } from './codec/byte-writer.ts';
import { crc32 } from './codec/crc32.ts';
import type { ValidityRule } from './validity-rule.ts';

/** Characters of a label. */
const labelCharactersMax = 80;

/**
 * The name of a rule within its column, such as `format=email` or `min=0 max=10`: the same for rules that ask the same.
 * What would be long, or could be read in two ways, ends with `…#` and a checksum of the whole rule.
 */
export function validityLabel(rule: ValidityRule): string {
  const values = rule.values?.toSorted();
  const parts: readonly (readonly [name: string, text: string | undefined])[] = [
    ['format', rule.format],
    ['min', rule.min?.toString()],
    ['max', rule.max?.toString()],
    ['values', values?.join(',')],
    ['regex', rule.regex],
  ];
  const given = parts.filter(([, text]) => text !== undefined);
  const label = given.map(([name, text]) => `${name}=${text}`).join(' ');
  const isClear = [rule.min, rule.max].every((bound) => typeof bound !== 'string' || !bound.includes(' '));
  const areClear = values?.every((value) => value !== '' && !/[ ,]/.test(value)) ?? true;
  if (label.length <= labelCharactersMax && isClear && areClear && !unprintable.test(label)) return label;
  const whole = new ByteWriter();
  whole.text(JSON.stringify([rule.format, rule.min?.toString(), rule.max?.toString(), values, rule.regex]));
  const checksum = crc32(whole.finish()).toString(16).padStart(8, '0');
  const head = Array.from(label.replaceAll(everyUnprintable, ' ')).slice(0, labelCharactersMax - 10);
  return `${head.join('')}…#${checksum}`;
}

const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;
const everyUnprintable = new RegExp(unprintable, 'gu');

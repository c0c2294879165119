import { suggestion } from '../../text/nearest.ts';
import type { Place } from './place.ts';

/** Makes a `T` of plain data, or reports at its place what is wrong and returns undefined. Never stops at the first issue. */
export type Decoder<T> = (input: unknown, place: Place) => T | undefined;

const textCharactersMax = 1_000;
const listItemsMax = 10_000;

/** Text with at least one character that is not blank. Whole numbers are taken as text: YAML reads `2001` as one. */
export function text(
  options: { readonly charactersMax?: number; readonly empty?: boolean } = {},
): Decoder<string> {
  const charactersMax = options.charactersMax ?? textCharactersMax;
  return (input, place) => {
    if (typeof input === 'number' && Number.isSafeInteger(input)) return String(input);
    if (typeof input !== 'string')
      return place.report(`must be text${inQuotes(input)}, is ${describe(input)}`);
    if (options.empty !== true && input.trim() === '') return place.report('must not be empty');
    if (input.length > charactersMax) return place.report(`must have at most ${charactersMax} characters`);
    return input;
  };
}

/** Text that `parse` understands; `right` says what it must be: `a duration such as 26h`. */
export function parsed<T>(parse: (text: string) => T | undefined, right: string): Decoder<T> {
  return (input, place) => {
    const value = typeof input === 'string' ? parse(input) : undefined;
    return value === undefined ? place.report(`must be ${right}, is ${describe(input)}`) : value;
  };
}

/** A number from `min` to `max`, both inclusive unless `aboveMin`. */
export function number(
  bounds: { readonly min?: number; readonly max?: number; readonly aboveMin?: boolean } = {},
): Decoder<number> {
  return (input, place) => {
    if (typeof input !== 'number' || !Number.isFinite(input)) {
      return place.report(`must be a number, is ${describe(input)}`);
    }
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
    const low = bounds.aboveMin === true ? input <= min : input < min;
    return low || input > max ? place.report(`must be ${rangeText(bounds)}, is ${input}`) : input;
  };
}

/** `true` or `false`. */
export const flag: Decoder<boolean> = (input, place) =>
  typeof input === 'boolean' ? input : place.report(`must be true or false, is ${describe(input)}`);

/** One of a few words. `later` names those that a later version will know. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  options: { readonly later?: readonly string[] } = {},
): Decoder<Word> {
  return (input, place) => {
    const word = words.find((candidate) => candidate === input);
    if (word !== undefined) return word;
    if (typeof input === 'string' && options.later?.includes(input) === true) {
      return place.report(`“${input}” is not supported yet in this version; supported: ${words.join(', ')}`);
    }
    const meant = typeof input === 'string' ? suggestion(input, words) : '';
    return place.report(`must be ${alternatives(words)}, is ${describe(input)}${meant}`);
  };
}

/** A list, each item by `item`. Undefined when any item is not valid. */
export function list<T>(
  item: Decoder<T>,
  options: { readonly filled?: boolean } = {},
): Decoder<readonly T[]> {
  return (input, place) => {
    const values = decodeItems(item, input, place);
    if (values === undefined) return undefined;
    if (options.filled === true && values.length === 0) return place.report('must have at least one item');
    const valid = values.filter((value) => value !== undefined);
    return valid.length === values.length ? valid : undefined;
  };
}

/**
 * A list whose items differ: no two share a key of those that `keysOf` gives. `what` names what is the same in the
 * message. Items are compared even when others of the list are not valid.
 */
export function distinct<T>(
  item: Decoder<T>,
  options: {
    /** Keys of an item: as decoded, unless it is not valid, and as it was. */
    readonly keysOf: (item: T | undefined, input: unknown) => readonly string[];
    readonly what: string;
    readonly filled?: boolean;
  },
): Decoder<readonly T[]> {
  return (input, place) => {
    const firsts = new Map<string, number>();
    const once: Decoder<T> = (element, at) => {
      const value = item(element, at);
      const index = Number(at.path.at(-1));
      const keys = options.keysOf(value, element);
      const repeated = keys.find((key) => firsts.has(key));
      for (const key of keys) if (!firsts.has(key)) firsts.set(key, index);
      if (repeated === undefined) return value;
      return at.report(`the same ${options.what} as item [${firsts.get(repeated)}]; keep one of them`);
    };
    return list(once, options)(input, place);
  };
}

function decodeItems<T>(item: Decoder<T>, input: unknown, place: Place): (T | undefined)[] | undefined {
  if (!Array.isArray(input)) return place.report(`must be a list, is ${describe(input)}`);
  if (input.length > listItemsMax) return place.report(`must have at most ${listItemsMax} items`);
  return input.map((element, index) => item(element, place.at(index)));
}

/** A decoder whose value is changed by `change`, which may report and return undefined as well. */
export function mapped<T, U>(
  decoder: Decoder<T>,
  change: (value: T, place: Place) => U | undefined,
): Decoder<U> {
  return (input, place) => {
    const value = decoder(input, place);
    return value === undefined ? undefined : change(value, place);
  };
}

/** `hour, day, month or year`. */
export function alternatives(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

/** What a value is, in words, shortened. Never used on what may be a secret. */
export function describe(input: unknown): string {
  if (input === undefined || input === null) return 'empty';
  if (typeof input === 'string') return `“${shortened(input)}”`;
  if (typeof input === 'number' || typeof input === 'bigint' || typeof input === 'boolean')
    return String(input);
  return Array.isArray(input) ? 'a list' : 'a map of keys';
}

function inQuotes(input: unknown): string {
  return typeof input === 'number' || typeof input === 'boolean' ? ' (in quotes)' : '';
}

function shortened(value: string): string {
  return value.length > 60 ? `${value.slice(0, 60)}…` : value;
}

function rangeText(bounds: {
  readonly min?: number;
  readonly max?: number;
  readonly aboveMin?: boolean;
}): string {
  const low =
    bounds.min === undefined
      ? ''
      : bounds.aboveMin === true
        ? `more than ${bounds.min}`
        : `at least ${bounds.min}`;
  const high = bounds.max === undefined ? '' : `at most ${bounds.max}`;
  return [low, high].filter((part) => part !== '').join(' and ');
}

/** What `distinct` compares texts by. */
export function itself(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

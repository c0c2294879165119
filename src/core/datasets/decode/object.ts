import { suggestion } from '../../text/nearest.ts';
import { alternatives, type Decoder, describe, oneOf } from './decoder.ts';
import type { Place } from './place.ts';

/** A key of an object: how to decode its value, and what it means when it is absent. */
export type Field<
  T = unknown,
  Absent extends 'refused' | 'omitted' | 'filled' = 'refused' | 'omitted' | 'filled',
> = {
  readonly absent: Absent;
  readonly decode: Decoder<T>;
  readonly fallback?: T;
};

export type Fields = Readonly<Record<string, Field>>;

/** What `object` makes of its fields: an optional key is absent, never undefined. */
export type Decoded<F extends Fields> = {
  readonly [K in keyof F as F[K]['absent'] extends 'omitted' ? never : K]: ValueOf<F[K]>;
} & { readonly [K in keyof F as F[K]['absent'] extends 'omitted' ? K : never]?: ValueOf<F[K]> };

type ValueOf<F> = F extends { readonly decode: Decoder<infer T> } ? T : never;

type KeyOptions = {
  /** Keys that a later version will know. */
  readonly later?: readonly string[];
  /** Keys that would be right elsewhere, with where. */
  readonly elsewhere?: Readonly<Record<string, string>>;
};

/** A key that must be there. */
export function required<T>(decode: Decoder<T>): Field<T, 'refused'> {
  return { absent: 'refused', decode };
}

/** A key that may be absent. A key without a value (`followers:`) counts as absent. */
export function optional<T>(decode: Decoder<T>): Field<T, 'omitted'> {
  return { absent: 'omitted', decode };
}

/** A key that has a value when it is absent. */
export function defaulted<T>(decode: Decoder<T>, fallback: T): Field<T, 'filled'> {
  return { absent: 'filled', decode, fallback };
}

export type ObjectOptions<F extends Fields> = KeyOptions & {
  /** Reports what is wrong between keys; given are those that are valid. */
  readonly together?: (given: Partial<Decoded<F>>, place: Place) => void;
};

/** A map of known keys. Reports unknown keys, missing keys and what is wrong below each key, all of them. */
export function object<F extends Fields>(fields: F, options: ObjectOptions<F> = {}): Decoder<Decoded<F>> {
  return (input, place) => {
    if (!isMap(input)) {
      return place.report(
        `must be a map with the keys ${Object.keys(fields).join(', ')}; is ${describe(input)}`,
      );
    }
    let valid = reportUnknown(input, place, { known: Object.keys(fields), ...options });
    const values: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(fields)) {
      const given = Object.hasOwn(input, key) ? input[key] : undefined;
      const value =
        given === undefined || given === null
          ? absent(key, { field, place })
          : field.decode(given, place.at(key));
      if (value !== undefined) values[key] = value;
      else if (field.absent !== 'omitted' || (given !== undefined && given !== null)) valid = false;
    }
    options.together?.(values as Partial<Decoded<F>>, place);
    // The loop has put a decoded value at every key that the type promises.
    return valid ? (values as Decoded<F>) : undefined;
  };
}

/** A map whose key `tag` says which other keys it has: `{type: periodic, cron: …}`. Tags in `later` are not known yet. */
export function tagged<T>(
  tag: string,
  byTag: Readonly<Record<string, Decoder<T>>>,
  options: { readonly later?: readonly string[] } = {},
): Decoder<T> {
  const word = oneOf(Object.keys(byTag), options);
  return (input, place) => {
    if (!isMap(input)) return place.report(`must be a map with the key ${tag}; is ${describe(input)}`);
    const given = input[tag];
    if (given === undefined || given === null) {
      return place.at(tag).report(`is missing; it must be ${alternatives(Object.keys(byTag))}`);
    }
    const known = word(given, place.at(tag));
    return known === undefined ? undefined : byTag[known]?.(input, place);
  };
}

/**
 * A map that is told by which of some keys it has, exactly one: `{column: …, by: …}` or `{path: …}`. `companions` are
 * further keys, so that a misspelt key is compared with all that there are. `later` are keys of later versions.
 */
export function variant<T>(
  byKey: Readonly<Record<string, Decoder<T>>>,
  options: {
    readonly example: string;
    readonly companions?: readonly string[];
    readonly later?: readonly string[];
  },
): Decoder<T> {
  const keys = Object.keys(byKey);
  const known = [...keys, ...(options.companions ?? [])];
  return (input, place) => {
    if (!isMap(input)) return place.report(`must be ${options.example}; is ${describe(input)}`);
    const present = keys.filter((key) => Object.hasOwn(input, key));
    if (present.length > 1) return place.report(`has both ${present.join(' and ')}; choose one of them`);
    const decode = present[0] === undefined ? undefined : byKey[present[0]];
    if (decode !== undefined) return decode(input, place);
    if (!reportUnknown(input, place, { known, ...options })) return undefined;
    return place.report(`must be ${options.example}`);
  };
}

/** Whether plain data is a map of keys. */
export function isMap(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

function absent(key: string, where: { readonly field: Field; readonly place: Place }): unknown {
  const { field, place } = where;
  if (field.absent === 'filled') return field.fallback;
  return field.absent === 'omitted' ? undefined : place.at(key).report('is missing');
}

/** Reports each key that is not known; returns whether all are. */
function reportUnknown(
  input: Readonly<Record<string, unknown>>,
  place: Place,
  options: KeyOptions & { readonly known: readonly string[] },
): boolean {
  let valid = true;
  for (const key of Object.keys(input)) {
    if (options.known.includes(key)) continue;
    valid = false;
    const right =
      options.elsewhere !== undefined && Object.hasOwn(options.elsewhere, key)
        ? options.elsewhere[key]
        : undefined;
    if (options.later?.includes(key) === true) place.at(key).report('is not supported yet in this version');
    else if (right !== undefined) place.at(key).report(right);
    else
      place
        .at(key)
        .report(`unknown key${suggestion(key, options.known) || `; known: ${options.known.join(', ')}`}`);
  }
  return valid;
}

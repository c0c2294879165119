import type { CheckDefinition } from '../../checks/definition.ts';
import type { ColumnDefinition } from '../definition.ts';
import { checksDecoder } from './checks.ts';
import { type Decoder, distinct, flag, mapped, text } from './decoder.ts';
import { defaulted, isMap, object, required } from './object.ts';
import { reportEmptyRange, validityFields, validityKeys, validitySettings } from './validity.ts';

/** A column with what it says about the dataset's segments, and whether its values are hidden. */
export type ColumnEntry = ColumnDefinition & { readonly segment: boolean; readonly masked: boolean };

const columnDecoder: Decoder<ColumnEntry> = (input, place) => {
  const isValiditySaid = isMap(input) && validityKeys.some((key) => Object.hasOwn(input, key));
  const fields = {
    name: required(text()),
    checks: defaulted(checksDecoder('column', { isValiditySaid }), []),
    segment: defaulted(flag, false),
    masked: defaulted(flag, false),
    ...validityFields,
  };
  const decoder = object(fields, { later: ['missing_values'], together: reportEmptyRange });
  return mapped(decoder, ({ name, segment, masked, checks, ...rest }) => {
    return { name, segment, masked, checks: withValidity(checks, validitySettings(rest)) };
  })(input, place);
};

/** Decodes `columns:`. */
export const columnsDecoder: Decoder<readonly ColumnEntry[]> = distinct(columnDecoder, {
  keysOf: (_, input) => (isMap(input) && typeof input['name'] === 'string' ? [input['name']] : []),
  what: 'column',
});

type Settings = CheckDefinition['settings'];

/** What the column says is valid holds for its checks, unless they say more. Without such a check it is measured and learned. */
function withValidity(checks: readonly CheckDefinition[], validity: Settings): readonly CheckDefinition[] {
  if (Object.keys(validity).length === 0) return checks;
  const threshold = { kind: 'learned', enabled: true, direction: 'both', sensitivity: 'medium' } as const;
  if (!checks.some(isOfValidity))
    return [...checks, { metric: 'invalid_percent', settings: validity, threshold }];
  return checks.map((check) =>
    isOfValidity(check) ? { ...check, settings: { ...validity, ...check.settings } } : check,
  );
}

function isOfValidity({ metric }: CheckDefinition): boolean {
  return metric === 'invalid_count' || metric === 'invalid_percent';
}

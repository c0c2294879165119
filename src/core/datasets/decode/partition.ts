import type { PartitionRule } from '../definition.ts';
import type { ProviderDefinition } from '../provider-definition.ts';
import { type Decoder, describe, distinct, itself, mapped, oneOf, text } from './decoder.ts';
import { object, required, variant } from './object.ts';
import type { Place } from './place.ts';

const example = '{column: date, by: day}, {columns: [country]}, {path: "year/month"}, {file: true} or none';

const byColumn: Decoder<PartitionRule> = mapped(
  object({ column: required(text()), by: required(oneOf(['hour', 'day', 'month', 'year'])) }),
  ({ column, by }) => ({ kind: 'time', column, by }),
);

const byColumns: Decoder<PartitionRule> = mapped(
  object(
    { columns: required(distinct(text(), { keysOf: itself, what: 'column', filled: true })) },
    { elsewhere: { by: 'goes with column: only; write {column: date, by: day}, or remove “by”' } },
  ),
  ({ columns }) => ({ kind: 'columns', columns }),
);

const pathKeys: Decoder<readonly string[]> = (input, place) => {
  if (typeof input !== 'string' || !/^[^/=*\s]+(?:\/[^/=*\s]+)*$/.test(input)) {
    return place.report(
      `must be the keys of the path with / between, such as "year/month"; is ${describe(input)}`,
    );
  }
  const keys = input.split('/');
  return new Set(keys).size === keys.length ? keys : place.report('names the same key twice');
};

const byPath: Decoder<PartitionRule> = mapped(object({ path: required(pathKeys) }), ({ path }) => ({
  kind: 'path',
  keys: path,
}));

const byFile: Decoder<PartitionRule> = mapped(
  object({
    file: required((input, place) =>
      input === true ? input : place.report('must be true; or write partition: none'),
    ),
  }),
  () => ({ kind: 'file' }),
);

const map = variant(
  { column: byColumn, columns: byColumns, path: byPath, file: byFile },
  { example, companions: ['by'] },
);

/** Reports a rule about files for a provider of tables; whether it did. */
export function reportMisfitPartition(
  rule: PartitionRule,
  provider: ProviderDefinition,
  place: Place,
): boolean {
  const isOfFiles = rule.kind === 'path' || rule.kind === 'file';
  const hasFiles = provider.type === 'files' || provider.type === 's3' || provider.type === 'http';
  if (!isOfFiles || hasFiles) return false;
  place.report(
    `by ${rule.kind} is for files; a table has {column: date, by: day}, {columns: [country]} or none`,
  );
  return true;
}

/** Decodes `partition`, by default `none`: a map that says how, or the word `none`. */
export const partitionDecoder: Decoder<PartitionRule> = (input, place) =>
  input === 'none' ? { kind: 'none' } : map(input, place);

import { columnKinds } from '../../core/datasets/schema.ts';
import { suggestionSchema } from './policy-schemas.ts';
import { count, described, list, nothing, number, object, oneOf, text, time, word } from './schema-kit.ts';

/** A part of a definition, as it would stand in YAML. */
export const yamlPart = { description: 'As it would stand in the YAML form.' };

const proposal = object({ rule: yamlPart, reason: text });

/** `PreviewView`. */
export const previewSchema = object(
  {
    columns: list(
      object(
        { name: text, kind: word(...columnKinds), native: described(text, "DuckDB's name of the type.") },
        { nullPercent: number, distinctCount: count },
      ),
    ),
    proposals: described(list(proposal), 'Ways to cut it into partitions, the likeliest first.'),
    partition: described(yamlPart, 'The rule that everything else was found out with.'),
    read: object({ partitions: count, rows: count }),
    suggestions: list(suggestionSchema),
    remarks: described(list(text), 'What could not be found out, and why.'),
  },
  {
    partitions: object({
      count,
      named: list(object({ key: text }, { sizeBytes: count, modifiedAt: time })),
    }),
    publish: proposal,
    rows: object({ columns: list(text), rows: list(list(oneOf(text, nothing))) }),
  },
);

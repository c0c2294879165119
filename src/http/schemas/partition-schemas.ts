import { count, list, object, text, time } from './schema-kit.ts';

const columnsSchema = list(object({ name: text, type: text }));

const rejectedSchema = object({
  count,
  samples: list(object({ file: text, reason: text }, { row: count, column: text, text })),
});

const revisionViewSchema = object(
  {
    number: count,
    rowCount: count,
    rejected: rejectedSchema,
    sizeBytes: count,
    batches: count,
    ingestedAt: time,
    columns: columnsSchema,
    schemaChanges: list(text),
  },
  { modifiedAt: time },
);

export const partitionDetailSchema = object({
  dataset: text,
  partition: text,
  revisions: list(revisionViewSchema),
});

export const schemaHistorySchema = object({
  dataset: text,
  periods: list(
    object({ from: text, to: text, partitions: count, columns: columnsSchema, changes: list(text) }),
  ),
});

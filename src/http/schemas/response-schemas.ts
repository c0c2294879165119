import {
  count,
  flag,
  type JsonSchema,
  list,
  nothing,
  number,
  object,
  oneOf,
  record,
  text,
  time,
  word,
} from './schema-kit.ts';

/** Data whose shape belongs to the domain and is described in the docs: definitions and records of verdicts. */
const domainData: JsonSchema = { type: 'object', additionalProperties: true };

const statusWord = word('pass', 'warn', 'fail', 'error', 'not_evaluated');

const failureSchema = object({ code: text, message: text }, { hint: text, where: text, causes: list(text) });

export const problemSchema = object(
  { type: text, title: text, status: count, code: text, detail: text, requestId: text },
  { hint: text, where: text, causes: list(text) },
);

const revisionSchema = object({ dataset: text, partition: text, number: count });

export const partitionSchema = object(
  { partition: text, revision: count, rowCount: count, rejectedCount: count, ingestedAt: time },
  { status: statusWord },
);

const datasetProperties = {
  dataset: text,
  owner: text,
  version: count,
  registeredAt: time,
  updatedAt: time,
  incidentsOpen: count,
};
/** What whoever asks is to the dataset; absent while access control is off. */
const standingWord = word('owner', 'admin', 'follower');
const datasetOptions = {
  standing: standingWord,
  description: text,
  lastPartition: partitionSchema,
  nextScanAt: time,
  history: list(partitionSchema),
};
/** A line of an overview. */
export const datasetLine = object(
  {
    ...datasetProperties,
    publish: word('static', 'periodic', 'continuous'),
    attention: word('failing', 'warning', 'waiting', 'passing'),
  },
  { description: text, lastPartition: partitionSchema, checkedAt: time, nextScanAt: time },
);
export const datasetSchema = object(datasetProperties, datasetOptions);
export const datasetDetailSchema = object({ ...datasetProperties, definition: domainData }, datasetOptions);

export const applySchema = object({
  dataset: text,
  action: word('created', 'changed', 'unchanged'),
  dryRun: flag,
  version: count,
  changes: list(
    object({ kind: word('added', 'removed', 'changed'), path: text }, { before: text, after: text }),
  ),
  asksMore: flag,
});

export const resultSchema = object(
  {
    id: text,
    revision: revisionSchema,
    check: text,
    metric: text,
    status: statusWord,
    record: domainData,
  },
  { value: number, exact: text, lower: number, upper: number, severity: number },
);

export const resultsSchema = object(
  {
    results: list(resultSchema),
    metrics: record(
      object({
        scale: word('count', 'percent', 'duration', 'distance', 'number'),
        values: list(oneOf(number, nothing)),
      }),
    ),
    unanswered: list(text),
  },
  { nextCursor: text },
);

export const notificationSchema = object(
  {
    id: text,
    channel: text,
    state: word('pending', 'delivered', 'given_up'),
    attempts: count,
    createdAt: time,
    message: domainData,
  },
  { dueAt: time, deliveredAt: time, lastError: text },
);

const failedRowsSchema = object({
  metric: text,
  count,
  columns: list(text),
  rows: list(list(oneOf(text, nothing))),
});

export const detailsSchema = object({
  revision: revisionSchema,
  metrics: list(domainData),
  failedRows: list(failedRowsSchema),
});

export const explanationSchema = object(
  {
    result: resultSchema,
    explanation: object({ headline: text, sentences: list(text) }),
    recomputation: object(
      { agrees: flag, status: statusWord, differences: list(text) },
      { lower: number, upper: number, severity: number },
    ),
  },
  { failedRows: failedRowsSchema },
);

export const seriesSchema = object({
  dataset: text,
  metric: text,
  points: list(
    object(
      { partition: text, revision: count, value: oneOf(number, nothing) },
      { lower: number, upper: number, status: statusWord },
    ),
  ),
});

export const backfillSchema = object(
  {
    id: text,
    dataset: text,
    concurrency: count,
    state: word('looking_up', 'running', 'paused', 'learning', 'succeeded', 'failed', 'cancelled'),
    ingested: count,
    failed: count,
    measured: count,
    rows: count,
    startedAt: time,
    failures: list(object({ task: text, failure: failureSchema })),
    rate: object({ rowsPerSecond: number, partitionsPerSecond: number }, { etaMs: number }),
  },
  { from: text, to: text, partitions: count, endedAt: time },
);

export const scanSchema = object(
  {
    id: text,
    dataset: text,
    state: word('scanning', 'checking', 'succeeded', 'failed', 'cancelled'),
    createdAt: time,
    partitions: list(
      object(
        { partition: text },
        {
          revision: count,
          rowCount: count,
          rejectedCount: count,
          status: statusWord,
          failure: failureSchema,
        },
      ),
    ),
  },
  { endedAt: time, changed: count, unchanged: count, failure: failureSchema },
);

const jobProperties = {
  id: text,
  dataset: text,
  kind: text,
  cluster: word('ingestion', 'quality'),
  priority: count,
  control: word('run', 'pause', 'cancel'),
  state: word('open', 'succeeded', 'failed', 'cancelled'),
  createdAt: time,
  spec: domainData,
  tasksEnded: count,
  tasksFailed: count,
};
const jobOptions = { group: text, endedAt: time, traceId: text };
export const jobSchema = object(jobProperties, jobOptions);

const taskSchema = object(
  {
    name: text,
    status: word('done', 'failed', 'quarantined', 'cancelled'),
    attempts: count,
    startedAt: time,
    endedAt: time,
  },
  { node: text, output: domainData, error: failureSchema },
);
export const jobDetailSchema = object({ ...jobProperties, tasks: list(taskSchema) }, jobOptions);

const incidentStateSchema = oneOf(
  object({ state: word('new') }),
  object({ state: word('acknowledged'), by: text, at: time }),
  object({ state: word('assigned'), to: text, by: text, at: time }),
  object({ state: word('resolved'), reason: text, by: text, at: time }),
);

const incidentLineSchema = object(
  {
    partition: text,
    revision: count,
    check: text,
    status: word('warn', 'fail', 'error'),
    text,
    severity: number,
    open: flag,
  },
  { deviation: object({ metric: text }, { value: number, expected: number }) },
);

export const incidentSchema = object({
  id: text,
  title: text,
  dataset: text,
  firstPartition: text,
  openedAt: time,
  updatedAt: time,
  level: word('warn', 'fail'),
  lines: list(incidentLineSchema),
  state: incidentStateSchema,
  log: list(object({ at: time, by: text, text })),
});

export const healthSchema = object({
  status: word('ok', 'failing'),
  version: text,
  probes: list(object({ name: text, ok: flag }, { detail: text })),
});

export const readySchema = object({ status: word('ready') });

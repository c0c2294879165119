import { limits } from '../../base/limits.ts';
import { keyText } from './request-schemas.ts';
import {
  boundedText,
  count,
  described,
  flag,
  type JsonSchema,
  list,
  nothing,
  number,
  object,
  oneOf,
  record,
  text,
  word,
} from './schema-kit.ts';

const alarmWord = word('warn', 'fail', 'error');
const statusWord = word('pass', 'warn', 'fail', 'error', 'not_evaluated');
const numbers = list(oneOf(number, nothing));

const policyText = 'Any of policy, checks, columns, segments, missing_values; what it does not say stays.';

export const replayBody = object(
  {},
  {
    yaml: described(boundedText(limits.yamlBytesMax), `${policyText} By default the registered policy.`),
    file: described(boundedText(4_096), 'The name of its file, for messages.'),
    from: keyText,
    to: keyText,
    metrics: described(
      { ...list(keyText), maxItems: limits.replaySeriesMax },
      'Metrics whose series are wanted, whether or not they would have alarmed.',
    ),
  },
);

export const policyBody = object(
  { yaml: described(boundedText(limits.yamlBytesMax), policyText) },
  { file: described(boundedText(4_096), 'The name of its file, for messages.') },
);

/** The version of the definition that the author of a change has seen, as an entity tag (RFC 9110, 13.1.1). */
export const policyVersion: JsonSchema = {
  type: 'object',
  required: ['if-match'],
  properties: {
    'if-match': {
      type: 'string',
      pattern: '^"[1-9][0-9]{0,8}"$',
      description: 'The `version` of the dataset that was changed, in quotes.',
    },
  },
};

const alarm = { check: text, metric: text, status: alarmWord, text, severity: number };

const totalsSchema = object(
  {
    partitions: count,
    judged: count,
    alarms: count,
    incidents: count,
    learnedIncidents: count,
    budgetPer30: number,
  },
  { incidentsPer30: number },
);

const alarmList = object({ count, worst: list(object({ partition: text, ...alarm })) });

const incidentSchema = object({
  title: text,
  level: word('warn', 'fail'),
  firstPartition: text,
  lastPartition: text,
  partitions: count,
  alarms: count,
  isCertain: described(flag, 'A set bound, a rule or the schema is among its alarms.'),
  lines: list(object({ partition: text, text, status: alarmWord, severity: number })),
  metrics: list(text),
});

const bound = oneOf(number, nothing);

const metricSchema = object(
  {
    metric: text,
    format: word('count', 'percent', 'duration', 'distance', 'number', 'time'),
    partitions: list(text),
    values: numbers,
    lower: numbers,
    upper: numbers,
    alarms: list(oneOf(alarmWord, nothing)),
  },
  { next: described(object({ lower: bound, upper: bound }), 'The band of the partition that comes next.') },
);

export const replaySchema = object(
  {
    dataset: text,
    alertsPerMonth: number,
    totals: totalsSchema,
    partitions: list(
      object({
        partition: text,
        revision: count,
        status: statusWord,
        learned: count,
        alarmCount: count,
        alarms: list(object(alarm)),
      }),
    ),
    incidents: list(incidentSchema),
    metrics: list(metricSchema),
    notMeasured: list(object({ check: text, reason: text })),
  },
  {
    policy: text,
    today: object({ totals: totalsSchema, vanished: alarmList, added: alarmList, kept: count }),
  },
);

const checkBody = record(oneOf(number, text, flag, list(oneOf(number, text))));

/** `Suggestion`. */
export const suggestionSchema = object(
  {
    kind: word(
      'rows',
      'schema',
      'freshness',
      'not_null',
      'key',
      'values',
      'format',
      'pattern',
      'range',
      'length',
      'learned',
      'segment',
    ),
    text,
    evidence: text,
  },
  { column: text, check: record(checkBody) },
);

export const suggestionsSchema = object(
  {
    dataset: text,
    partitions: count,
    rows: count,
    suggestions: list(suggestionSchema),
    yaml: described(text, 'The registered definition with the suggestions, for `assay apply`.'),
  },
  { from: text, to: text },
);

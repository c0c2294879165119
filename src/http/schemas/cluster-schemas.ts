import { count, described, list, number, object, text, time, word } from './schema-kit.ts';

const clusterWord = word('ingestion', 'quality');

export const clusterParams = object({ cluster: clusterWord });
export const nodeParams = object({
  cluster: clusterWord,
  node: described(
    { type: 'string', minLength: 1, maxLength: 300 },
    'The id of a data node, or the name that it was started with.',
  ),
});

const share = { type: 'number', minimum: 0, maximum: 1 };

const nodeTaskSchema = object(
  { job: text, task: text, kind: text, attempt: count, state: word('running', 'waiting') },
  { progress: described(share, 'How far it is, where it is known.') },
);

export const nodeSchema = object(
  {
    id: text,
    host: text,
    region: text,
    zone: text,
    version: text,
    state: described(
      word('open', 'draining', 'stopping', 'full', 'silent'),
      '`full`: it says that it has more than it can do. `silent`: it has not reported yet.',
    ),
    startedAt: time,
    slots: count,
    slotsBusy: count,
    cpu: described(share, 'Of all cores of its machine.'),
    memoryMb: count,
    memoryUsedMb: described(number, 'By the node with its workers.'),
    tasks: described(list(nodeTaskSchema), 'What it runs, then what waits in front of it.'),
  },
  {
    reportedAt: described(
      time,
      'When it spoke last, by its own clock; milliseconds since 1970-01-01T00:00:00Z.',
    ),
    own: described(
      object({
        cpu: share,
        readBytesPerSecond: number,
        writtenBytesPerSecond: number,
        loopDelayMs: number,
      }),
      'What of its machine the node itself uses, with its workers.',
    ),
  },
);

export const clusterSchema = object(
  {
    cluster: clusterWord,
    session: described(
      word('connected', 'suspended', 'expired', 'closed', 'none'),
      'Of the process that answers. Unless it is connected, what it tells is old.',
    ),
    jobsAdmitted: count,
    tasks: object({ blocked: count, waiting: count, assigned: count }),
    slots: count,
    slotsBusy: count,
    nodes: described(list(nodeSchema), 'By region, zone and name.'),
  },
  {
    seenAt: described(time, 'When it was seen; milliseconds since 1970-01-01T00:00:00Z.'),
    leader: object({ id: text, epoch: text, version: text }),
    jobsOpen: described(count, 'Jobs queued or admitted; absent while the database does not answer.'),
  },
);

export const clusterEventsSchema = object({
  since: described(time, 'Since when the process that answers looks.'),
  events: list(
    object(
      {
        at: time,
        kind: described(
          word('joined', 'left', 'lost', 'drained', 'undrained', 'elected', 'leaderless', 'seen', 'unseen'),
          '`lost`: it vanished without having said so. `unseen`: the process that answers lost sight of the cluster.',
        ),
      },
      { node: text, region: text, zone: text, version: text },
    ),
  ),
});

import { partitionKey } from '../../src/base/ids.ts';
import { day } from '../../src/base/units.ts';
import type { ReplayView } from '../../src/services/quality/replays.ts';
import { datasetOf } from './names.ts';

/** A replay of 40 days with one incident on the 31st; `hostile` stands where data's own names do. */
export function replayViewOf(hostile = 'delay'): ReplayView {
  const keys = Array.from({ length: 40 }, (_, nth) =>
    partitionKey(new Date(Date.UTC(2001, 0, 1) + nth * day).toISOString().slice(0, 10)),
  );
  const broken = keys[30] ?? partitionKey('');
  const alarm = {
    check: `${hostile}.avg`,
    metric: `${hostile}.avg`,
    status: 'fail',
    text: `${hostile}.avg 90; expected 9–21`,
    severity: 7,
  } as const;
  const totals = {
    partitions: 40,
    judged: 33,
    alarms: 1,
    incidents: 1,
    learnedIncidents: 1,
    incidentsPer30: 30 / 33,
    budgetPer30: 1,
  };
  return {
    dataset: datasetOf('flights'),
    policy: 'strict.yaml',
    alertsPerMonth: 1,
    totals,
    partitions: keys.map((partition, nth) => ({
      partition,
      revision: 1,
      status: partition === broken ? 'fail' : 'pass',
      learned: nth < 7 ? 0 : 50,
      alarmCount: partition === broken ? 1 : 0,
      alarms: partition === broken ? [alarm] : [],
    })),
    incidents: [
      {
        title: `flights ${broken}: ${hostile} changed`,
        level: 'fail',
        firstPartition: broken,
        lastPartition: broken,
        partitions: 1,
        alarms: 1,
        isCertain: false,
        lines: [{ partition: broken, text: alarm.text, status: 'fail', severity: 7 }],
        metrics: [alarm.metric],
      },
    ],
    metrics: [
      {
        metric: alarm.metric,
        format: 'number',
        partitions: keys,
        values: keys.map((key, nth) => (key === broken ? 90 : nth === 12 ? null : 14 + (nth % 3))),
        lower: keys.map((_, nth) => (nth < 7 ? null : 9)),
        upper: keys.map((_, nth) => (nth < 7 ? null : 21)),
        alarms: keys.map((key) => (key === broken ? 'fail' : null)),
      },
    ],
    notMeasured: [{ check: `custom_sql(${hostile})`, reason: 'no value of it is stored' }],
    today: {
      totals: { ...totals, alarms: 2, incidents: 2 },
      vanished: { count: 1, worst: [{ partition: broken, ...alarm }] },
      added: { count: 0, worst: [] },
      kept: 1,
    },
  };
}

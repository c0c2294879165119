import type { AlarmList, JudgedRevision, PolicyComparison } from './replay.ts';

const worstShown = 100;

/** What becomes of the alarms of one policy under another: the same check on the same partition is the same alarm. */
export function compareAlarms(
  before: readonly JudgedRevision[],
  after: readonly JudgedRevision[],
): Omit<PolicyComparison, 'totals'> {
  const [was, is] = [alarmsOf(before), alarmsOf(after)];
  const only = (these: typeof was, those: typeof was): AlarmList => {
    const own = [...these].flatMap(([key, alarm]) => (those.has(key) ? [] : [alarm]));
    const worst = own.toSorted((a, b) => b.severity - a.severity).slice(0, worstShown);
    return { count: own.length, worst };
  };
  const vanished = only(was, is);
  return { vanished, added: only(is, was), kept: was.size - vanished.count };
}

function alarmsOf(judged: readonly JudgedRevision[]): ReadonlyMap<string, AlarmList['worst'][number]> {
  return new Map(
    judged.flatMap(({ revision: { partition }, alarms }) =>
      alarms.map((alarm) => [JSON.stringify([partition, alarm.check]), { partition, ...alarm }] as const),
    ),
  );
}

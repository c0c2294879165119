import type { Instant } from '../../base/units.ts';
import type { DrillHistory } from './history.ts';

/** One thing that happened, as plain data. */
export type DrillEvent = { readonly at: Instant; readonly event: string } & Readonly<
  Record<string, string | number | boolean | readonly string[]>
>;

/** The whole history as one list in the order of time, for files and for programs. */
export function eventsOf(history: DrillHistory): readonly DrillEvent[] {
  const { submissions, jobs, effects, deliveries, faults, processes, counts } = history;
  const events: DrillEvent[] = [
    ...submissions.map(({ at, answered, kind, dataset, job }): DrillEvent => {
      const event = answered ? 'submitted' : 'submission without an answer';
      return { at, event, kind, dataset, ...(job === undefined ? {} : { job }) };
    }),
    ...jobs.flatMap(({ id, kind, dataset, state, endedAt }): DrillEvent[] =>
      endedAt === undefined ? [] : [{ at: endedAt, event: 'job ended', job: id, kind, dataset, state }],
    ),
    ...jobs.flatMap(({ id, tasks }) =>
      tasks.map(({ name, status, attempts, node, startedAt, endedAt }): DrillEvent => {
        const by = node === undefined ? {} : { node };
        return { at: endedAt, event: 'task ended', job: id, task: name, status, attempts, startedAt, ...by };
      }),
    ),
    ...effects.map(({ at, job, name, node, attempt, epoch, value }): DrillEvent => {
      return { at, event: 'effect', job, task: name, node, attempt, epoch: String(epoch), value };
    }),
    ...deliveries.map(({ at, key }): DrillEvent => ({ at, event: 'message received', key })),
    ...faults.flatMap(({ number, at, kind, targets, what, healedAt }): DrillEvent[] => [
      { at, event: 'fault', number, kind, targets, what },
      ...(healedAt === undefined ? [] : [{ at: healedAt, event: 'healed', number }]),
    ]),
    ...processes.map(({ at, name, state, version }): DrillEvent => {
      return { at, event: 'process', name, state, ...(version === undefined ? {} : { version }) };
    }),
    ...counts.map(({ at, name, by }): DrillEvent => ({ at, event: 'counted', counter: name, by })),
  ];
  return events.toSorted((a, b) => a.at - b.at);
}

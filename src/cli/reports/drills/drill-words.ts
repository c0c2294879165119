import { formatDuration } from '../../../base/units.ts';
import type { DrillReport } from '../../../core/drills/drill-report.ts';
import type { FaultKind } from '../../../core/drills/fault-plan.ts';
import type { FindingKind } from '../../../core/drills/verdict.ts';

/** What each kind of drill is called. */
export const drillNames = {
  failure: 'Failure drill',
  upgrade: 'Upgrade drill',
} as const satisfies Record<DrillReport['drill'], string>;

/** What each kind of fault does, in a word for tables. */
export const faultWords = {
  kill: 'killed',
  pause: 'frozen',
  restart: 'restarted',
  replace: 'replaced',
} as const satisfies Record<FaultKind, string>;

/** What people look for first, each with how many findings of it there are. */
export function headFigures({ verdict, counters }: DrillReport): readonly HeadFigure[] {
  const count = (...kinds: readonly FindingKind[]): number =>
    verdict.findings.filter(({ kind }) => kinds.includes(kind)).length;
  const refused = counters['assay_commits_superseded_total'] ?? 0;
  return [
    { name: 'lost', count: count('lost'), note: '' },
    {
      name: 'done twice',
      count: count('double_commit', 'duplicated', 'unexpected'),
      note: refused === 0 ? '' : `${refused} second commits refused`,
    },
    { name: 'wrong', count: count('wrong', 'failed'), note: '' },
    { name: 'stuck', count: count('stuck'), note: '' },
  ];
}

type HeadFigure = { readonly name: string; readonly count: number; readonly note: string };

/** One sentence that says how it went. */
export function verdictSentence(report: DrillReport): string {
  const { verdict, cutShort, passed, drill } = report;
  const { counts } = verdict;
  const found = `${verdict.findings.length} things are not as they must be.`;
  if (cutShort !== undefined) {
    return `It was cut short: ${cutShort}. ${verdict.findings.length === 0 ? 'What was done is right as far as it went.' : found}`;
  }
  if (!passed) return found;
  const broken = counts.jobs - counts.jobsSucceeded;
  return [
    'Every job was done correctly exactly once: results, incidents and messages equal those of a run without faults.',
    ...(broken > 0 ? [`${broken} jobs failed as they do there: what they read is broken on purpose.`] : []),
    ...(drill === 'upgrade' ? ['No attempt of any task was spent.'] : []),
    ...(counts.recovered > 0
      ? [`${counts.recovered} requests without an answer were done all the same.`]
      : []),
  ].join(' ');
}

/** What the counters of the processes mean, where they say something about faults. */
export const counterWords: Readonly<Record<string, string>> = {
  assay_commits_superseded_total: 'commits refused: another was first, or the job had ended',
  assay_decisions_refused_total: 'ticks of deposed leaders refused whole',
  assay_leaderships_total: 'elections won',
  assay_nodes_lost_total: 'data nodes that vanished',
  assay_sessions_expired_total: 'sessions lost for good',
  assay_task_deaths_total: 'workers or nodes that died under a task',
  assay_task_reassignments_total: 'tasks given to another node',
  assay_task_retries_total:
    'tasks that were given back and waited again, whatever for: a drain, a loss, a failure',
};

/** `–` for what was not seen. */
export function durationOrNone(durationMs: number | undefined): string {
  return durationMs === undefined ? '–' : formatDuration(durationMs);
}

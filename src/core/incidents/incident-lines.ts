import { limits } from '../../base/limits.ts';
import type { Result } from '../checks/result.ts';
import { isFailing } from '../checks/status.ts';
import { resultSummary } from '../checks/summary.ts';
import type { Deviation, Incident, IncidentLine } from './incident.ts';

/** The line of a failing result; undefined for one that needs nobody's attention. */
export function lineOf(result: Result): IncidentLine | undefined {
  const { status, revision, check } = result;
  if (!isFailing(status)) return undefined;
  return {
    partition: revision.partition,
    revision: revision.number,
    check,
    status,
    text: resultSummary(result),
    severity: result.severity ?? 1,
    open: true,
    deviation: deviationOf(result),
  };
}

/** The level of an incident's open lines, or of all when none is open. */
export function levelOf(lines: readonly IncidentLine[]): Incident['level'] {
  const open = lines.filter((line) => line.open);
  return (open.length > 0 ? open : lines).every(({ status }) => status === 'warn') ? 'warn' : 'fail';
}

/** As many lines as an incident keeps: closed ones go first, then the oldest. */
export function boundedLines(lines: readonly IncidentLine[]): readonly IncidentLine[] {
  let excess = lines.length - limits.incidentLinesMax;
  if (excess <= 0) return lines;
  const kept = lines.filter((line) => line.open || excess-- <= 0);
  return kept.slice(-limits.incidentLinesMax);
}

function deviationOf(result: Result): Deviation {
  const { metric, value, record } = result;
  const expected = record.kind === 'learned' ? expectedOf(record.learned) : undefined;
  return {
    metric,
    ...(value === undefined ? {} : { value }),
    ...(expected === undefined ? {} : { expected }),
  };
}

type Learned = Extract<Result['record'], { kind: 'learned' }>['learned'];

function expectedOf(learned: Learned): number | undefined {
  if (learned.state === 'learning') return undefined;
  return learned.state === 'constant' ? learned.constant : learned.expected;
}

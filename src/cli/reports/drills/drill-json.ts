import type { DrillReport } from '../../../core/drills/drill-report.ts';
import { eventsOf } from '../../../core/drills/events.ts';
import type { DrillHistory } from '../../../core/drills/history.ts';

/** A drill as data: what the page shows, and the whole history of events in order. Times are milliseconds since 1970. */
export function drillJson(report: DrillReport, history: DrillHistory): string {
  return `${JSON.stringify({ ...report, events: eventsOf(history) })}\n`;
}

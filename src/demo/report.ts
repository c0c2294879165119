import type { Result } from '../core/checks/result.ts';
import { countStatuses, isFailing } from '../core/checks/status.ts';
import type { Incident } from '../core/incidents/incident.ts';
import type { BackfillView } from '../services/ingestion/backfills.ts';
import type { ScanView } from '../services/ingestion/scans.ts';
import { breakage, brokenDay, goodDay } from './flight-data.ts';

/** One delivery and what Assay said about it. */
export type DemoStory = {
  readonly day: string;
  readonly scan: ScanView;
  readonly results: readonly Result[];
  readonly tookMs: number;
};

/** The last line of `npm start -- --once --json`. Times are milliseconds. */
export type DemoReport = {
  readonly ok: boolean;
  /** What should have happened, and whether it did. */
  readonly expectations: readonly { readonly what: string; readonly met: boolean }[];
  readonly backfill: { readonly partitions: number; readonly rows: number; readonly tookMs: number };
  readonly days: readonly {
    readonly day: string;
    readonly revision: number | undefined;
    readonly rows: number | undefined;
    readonly counts: Readonly<Record<string, number>>;
    readonly tookMs: number;
  }[];
  readonly breakage: readonly string[];
  readonly incident:
    | { readonly id: string; readonly state: string; readonly lines: readonly string[] }
    | undefined;
  readonly untilIncidentMs: number;
  readonly totalMs: number;
};

type Parts = {
  readonly backfill: BackfillView;
  readonly good: DemoStory;
  readonly broken: DemoStory;
  readonly restated: DemoStory;
  readonly incident: Incident | undefined;
  readonly closed: Incident | undefined;
  readonly untilIncidentMs: number;
  readonly totalMs: number;
};

/** Compares what happened with what should have. */
export function reportOf(parts: Parts): DemoReport {
  const { backfill, closed } = parts;
  const expectations = expectationsOf(parts);
  return {
    ok: expectations.every((expectation) => expectation.met),
    expectations,
    backfill: {
      partitions: backfill.measured,
      rows: backfill.rows,
      tookMs: (backfill.endedAt ?? backfill.startedAt) - backfill.startedAt,
    },
    days: [parts.good, parts.broken, parts.restated].map((story) => ({
      day: story.day,
      revision: story.scan.partitions[0]?.revision,
      rows: story.scan.partitions[0]?.rowCount,
      counts: countStatuses(story.results),
      tookMs: Math.round(story.tookMs),
    })),
    breakage,
    incident: closed && {
      id: closed.id,
      state: closed.state.state,
      lines: closed.lines.map((line) => line.text),
    },
    untilIncidentMs: Math.round(parts.untilIncidentMs),
    totalMs: Math.round(parts.totalMs),
  };
}

function expectationsOf(parts: Parts): { what: string; met: boolean }[] {
  const { backfill, good, broken, restated, incident, closed } = parts;
  const flagged = new Set(alarming(broken.results).map((result) => result.metric));
  return [
    {
      what: '182 partitions are backfilled',
      met: backfill.state === 'succeeded' && backfill.measured === 182,
    },
    { what: 'all 3,000,000 rows are taken in', met: backfill.rows === 3_000_000 },
    { what: `${goodDay.day} passes`, met: good.results.length > 0 && alarming(good.results).length === 0 },
    { what: 'the lost rows are found', met: flagged.has('row_count') },
    { what: 'the kilometres are found', met: flagged.has('distance.avg') },
    { what: 'the nulls are found', met: flagged.has('delay.null_percent') },
    {
      what: 'one incident is opened for the broken day',
      met: incident !== undefined && incident.lines.every((line) => line.partition === brokenDay.day),
    },
    {
      what: 'the restated day passes as revision 2',
      met:
        restated.scan.partitions[0]?.revision === 2 &&
        restated.results.length > 0 &&
        alarming(restated.results).length === 0,
    },
    {
      what: 'the incident resolves itself',
      met: closed?.state.state === 'resolved' && closed.state.reason === 'restated',
    },
  ];
}

/** Results that people are told about. */
export function alarming(results: readonly Result[]): readonly Result[] {
  return results.filter((result) => isFailing(result.status));
}

import type { TelemetryName } from '../../base/telemetry.ts';

/** One operational metric of a process, summed over its labels: a count, or a mean of observations in seconds. */
export type OwnFigure = { readonly name: TelemetryName } & (
  | { readonly kind: 'count'; readonly value: number }
  | { readonly kind: 'mean'; readonly observations: number; readonly seconds: number }
);

const counts = [
  'assay_commits_superseded_total',
  'assay_decisions_refused_total',
  'assay_task_deaths_total',
  'assay_task_retries_total',
  'assay_task_copies_total',
  'assay_workers_died_total',
  'assay_nodes_lost_total',
  'assay_nodes_joined_total',
  'assay_sessions_expired_total',
  'assay_leaderships_total',
  'assay_source_held_total',
  'assay_source_breaker_opened_total',
  'assay_event_listeners_dropped_total',
] as const satisfies readonly TelemetryName[];

const means = [
  'assay_recovery_seconds',
  'assay_leader_takeover_seconds',
  'assay_node_scale_up_seconds',
  'assay_task_wait_seconds',
  'assay_task_seconds',
  'assay_http_request_duration_seconds',
] as const satisfies readonly TelemetryName[];

/** What says most of resilience in a text of the Prometheus format. */
export function ownFigures(text: string): readonly OwnFigure[] {
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([a-z_]+)(?:\{[^}]*\})? (\S+)$/.exec(line) ?? [];
    const number = Number(value);
    if (name !== '' && Number.isFinite(number)) sums.set(name, (sums.get(name) ?? 0) + number);
  }
  return [
    ...counts.map((name): OwnFigure => ({ name, kind: 'count', value: sums.get(name) ?? 0 })),
    ...means.map((name): OwnFigure => {
      const observations = sums.get(`${name}_count`) ?? 0;
      const seconds = observations === 0 ? 0 : (sums.get(`${name}_sum`) ?? 0) / observations;
      return { name, kind: 'mean', observations, seconds };
    }),
  ];
}

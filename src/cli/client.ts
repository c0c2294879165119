import { defaultHost, defaultPort } from '../base/default-address.ts';
import { type ErrorCode, type Failure, failure } from '../base/errors.ts';
import type { ClusterName } from '../base/ids.ts';
import { limits } from '../base/limits.ts';
import { fail, type Outcome, succeed } from '../base/outcome.ts';
import { second } from '../base/units.ts';
import type { Result } from '../core/checks/result.ts';
import type { PartitionSummary } from '../ports/revision-store.ts';
import type { ClusterStateView, NodeView } from '../services/cluster/cluster-views.ts';
import type { BackfillCost } from '../services/ingestion/backfill-cost.ts';
import { type BackfillView, hasBackfillEnded } from '../services/ingestion/backfills.ts';
import type { JobDetailView, JobView } from '../services/ingestion/job-history.ts';
import type { ScanView } from '../services/ingestion/scans.ts';
import type { ExplanationView } from '../services/quality/explain.ts';
import type { IncidentView, PersonReason } from '../services/quality/incidents.ts';
import type { ReplayView } from '../services/quality/replays.ts';
import type { DetailsView, ResultsView, SeriesView } from '../services/quality/results.ts';
import type { SuggestionsView } from '../services/quality/suggestions.ts';
import type { WindowsView } from '../services/quality/windows.ts';
import type {
  ApplyRequest,
  ApplyView,
  DatasetDetailView,
  DatasetView,
} from '../services/registry/registry.ts';
import type { ScheduleView } from '../services/scheduling/schedules.ts';
import { type Query, Requester, type RequesterOptions } from './client/requester.ts';
import { serverEvents } from './client/server-events.ts';
import { SilenceWatch } from './client/silence-watch.ts';

/** Where a service on this machine listens unless told otherwise. */
export const defaultUrl = `http://${defaultHost}:${defaultPort}`;

/** So many broken streams in a row, a second apart, and the service is given up. */
const brokenStreamsMax = 10;

/** A stream that gives no sign of life for so long is dead: the service sends one every 15 s. */
const silenceMs = 3 * limits.liveHeartbeatMs;

/** What passes when the service comes back. */
const retried: ReadonlySet<ErrorCode> = new Set(['SERVICE_UNREACHABLE', 'NOT_READY', 'INTERNAL']);

/** The API of a running service, typed. Every call has a time-out; failures are outcomes with the catalogue's codes. */
export class Client {
  readonly #options: RequesterOptions;
  readonly #requester: Requester;

  constructor(options: RequesterOptions) {
    this.#options = options;
    this.#requester = new Requester(options);
  }

  apply(body: ApplyRequest): Promise<Outcome<ApplyView>> {
    return this.#requester.json({ method: 'PUT', path: '/datasets', body });
  }

  /** A report as a drill wrote it, without its events. */
  keepDrillReport(report: unknown): Promise<Outcome<{ readonly id: string }>> {
    return this.#requester.json({ method: 'POST', path: '/drill-reports', body: { report } });
  }

  datasets(
    query: { after?: string; limit?: number } = {},
  ): Promise<Outcome<{ datasets: readonly DatasetView[] }>> {
    return this.#get('/datasets', query);
  }

  dataset(dataset: string): Promise<Outcome<DatasetDetailView>> {
    return this.#get(`/datasets/${encodeURIComponent(dataset)}`);
  }

  schedule(dataset: string): Promise<Outcome<ScheduleView>> {
    return this.#get(`/datasets/${encodeURIComponent(dataset)}/schedule`);
  }

  remove(dataset: string): Promise<Outcome<void>> {
    return this.#requester.json({ method: 'DELETE', path: `/datasets/${encodeURIComponent(dataset)}` });
  }

  partitions(
    dataset: string,
    query: { before?: string | undefined; limit?: number | undefined } = {},
  ): Promise<Outcome<{ partitions: readonly PartitionSummary[] }>> {
    return this.#get(`/datasets/${encodeURIComponent(dataset)}/partitions`, query);
  }

  results(
    dataset: string,
    query: {
      partition?: string | undefined;
      latest?: boolean | undefined;
      check?: string | undefined;
      status?: string | undefined;
      limit?: number | undefined;
      history?: number | undefined;
    } = {},
  ): Promise<Outcome<ResultsView>> {
    return this.#get(`/datasets/${encodeURIComponent(dataset)}/results`, query);
  }

  result(id: string): Promise<Outcome<Result>> {
    return this.#get(`/results/${encodeURIComponent(id)}`);
  }

  details(dataset: string, partition: string): Promise<Outcome<DetailsView>> {
    return this.#get(`/datasets/${encodeURIComponent(dataset)}/details`, { partition });
  }

  explanation(id: string): Promise<Outcome<ExplanationView>> {
    return this.#get(`/results/${encodeURIComponent(id)}/explanation`);
  }

  explanationOf(wanted: {
    dataset: string;
    partition: string;
    check: string;
  }): Promise<Outcome<ExplanationView>> {
    const { dataset, ...query } = wanted;
    return this.#get(`/datasets/${encodeURIComponent(dataset)}/explanation`, query);
  }

  series(dataset: string, metric: string, query: { limit?: number } = {}): Promise<Outcome<SeriesView>> {
    return this.#get(`/datasets/${encodeURIComponent(dataset)}/metrics/${encodeURIComponent(metric)}`, query);
  }

  window(
    dataset: string,
    query: {
      from?: string | undefined;
      to?: string | undefined;
      by?: string | undefined;
      column?: string | undefined;
      metrics?: string | undefined;
    } = {},
  ): Promise<Outcome<WindowsView>> {
    return this.#get(`/datasets/${encodeURIComponent(dataset)}/window`, query);
  }

  replay(
    dataset: string,
    body: {
      yaml?: string | undefined;
      file?: string | undefined;
      from?: string | undefined;
      to?: string | undefined;
    },
  ): Promise<Outcome<ReplayView>> {
    return this.#post(`/datasets/${encodeURIComponent(dataset)}/replay`, body);
  }

  suggestions(dataset: string): Promise<Outcome<SuggestionsView>> {
    return this.#get(`/datasets/${encodeURIComponent(dataset)}/suggestions`);
  }

  backfillCost(
    dataset: string,
    body: {
      from?: string | undefined;
      to?: string | undefined;
      concurrency?: number | undefined;
      force?: boolean | undefined;
    },
  ): Promise<Outcome<BackfillCost>> {
    return this.#post(`/datasets/${encodeURIComponent(dataset)}/backfills?dryRun=true`, body);
  }

  startBackfill(body: {
    dataset: string;
    from?: string | undefined;
    to?: string | undefined;
    concurrency?: number | undefined;
    force?: boolean | undefined;
  }): Promise<Outcome<BackfillView>> {
    return this.#post('/backfills', body);
  }

  backfills(
    query: { dataset?: string; limit?: number } = {},
  ): Promise<Outcome<{ backfills: readonly BackfillView[] }>> {
    return this.#get('/backfills', query);
  }

  backfill(id: string): Promise<Outcome<BackfillView>> {
    return this.#get(`/backfills/${encodeURIComponent(id)}`);
  }

  controlBackfill(id: string, action: 'pause' | 'resume' | 'cancel'): Promise<Outcome<BackfillView>> {
    return this.#post(`/backfills/${encodeURIComponent(id)}/${action}`);
  }

  /**
   * How far a backfill is, at each change until it has ended or `signal` aborts. A broken stream is opened again; when
   * the service stays away, the last thing given is the failure.
   */
  async *followBackfill(id: string, signal: AbortSignal): AsyncGenerator<Outcome<BackfillView>> {
    for (let broken = 0; !signal.aborted; broken += 1) {
      let away: Failure = failure(
        'SERVICE_UNREACHABLE',
        `the service at ${this.#options.url} keeps breaking off`,
      );
      for await (const view of this.#backfillViews(id, signal)) {
        if (signal.aborted) return;
        if (!view.ok && retried.has(view.error.code)) {
          away = view.error;
          break;
        }
        yield view;
        if (!view.ok || hasBackfillEnded(view.value.state)) return;
        broken = 0;
      }
      if (broken >= brokenStreamsMax) {
        yield fail(away);
        return;
      }
      await this.#options.clock.sleep(second, signal);
    }
  }

  /** The views of one stream until it breaks or falls silent; where no stream is to be had, a single view. */
  async *#backfillViews(id: string, signal: AbortSignal): AsyncGenerator<Outcome<BackfillView>> {
    using silence = new SilenceWatch(this.#options.clock, silenceMs);
    const path = `/backfills/${encodeURIComponent(id)}`;
    const either = AbortSignal.any([signal, silence.signal]);
    const stream = await this.#requester.open({ method: 'GET', path: `${path}/events` }, either);
    if (!stream.ok) yield stream.error.code === 'NOT_READY' ? await this.backfill(id) : stream;
    else for await (const view of viewsOf(stream.value, silence)) yield succeed(view);
  }

  startScan(body: {
    dataset: string;
    only?: readonly string[];
    force?: boolean;
  }): Promise<Outcome<ScanView>> {
    return this.#post('/scans', body);
  }

  scan(id: string): Promise<Outcome<ScanView>> {
    return this.#get(`/scans/${encodeURIComponent(id)}`);
  }

  jobs(
    query: {
      dataset?: string | undefined;
      kind?: string | undefined;
      open?: boolean | undefined;
      limit?: number;
    } = {},
  ): Promise<Outcome<{ jobs: readonly JobView[] }>> {
    return this.#get('/jobs', query);
  }

  job(id: string): Promise<Outcome<JobDetailView>> {
    return this.#get(`/jobs/${encodeURIComponent(id)}`);
  }

  incidents(
    query: { dataset?: string | undefined; open?: boolean | undefined; limit?: number | undefined } = {},
  ): Promise<Outcome<{ incidents: readonly IncidentView[] }>> {
    return this.#get('/incidents', query);
  }

  incident(id: string): Promise<Outcome<IncidentView>> {
    return this.#get(`/incidents/${encodeURIComponent(id)}`);
  }

  acknowledge(id: string, body: { by: string }): Promise<Outcome<IncidentView>> {
    return this.#post(`/incidents/${encodeURIComponent(id)}/acknowledge`, body);
  }

  assign(id: string, body: { by: string; to: string }): Promise<Outcome<IncidentView>> {
    return this.#post(`/incidents/${encodeURIComponent(id)}/assign`, body);
  }

  resolve(id: string, body: { by: string; reason: PersonReason }): Promise<Outcome<IncidentView>> {
    return this.#post(`/incidents/${encodeURIComponent(id)}/resolve`, body);
  }

  reopen(id: string, body: { by: string }): Promise<Outcome<IncidentView>> {
    return this.#post(`/incidents/${encodeURIComponent(id)}/reopen`, body);
  }

  /** Whether access control is on, and whether somebody can administer. */
  session(): Promise<Outcome<{ access: 'on' | 'off'; setupNeeded: boolean }>> {
    return this.#get('/session');
  }

  /** A link by which somebody becomes an administrator. */
  setupLink(): Promise<Outcome<{ url: string; expiresAt: number }>> {
    return this.#post('/setup/link');
  }

  clusters(): Promise<Outcome<{ clusters: readonly ClusterStateView[] }>> {
    return this.#get('/clusters');
  }

  nodes(cluster: ClusterName): Promise<Outcome<{ nodes: readonly NodeView[] }>> {
    return this.#get(`/clusters/${cluster}/nodes`);
  }

  setDrain(cluster: ClusterName, node: string, drain: boolean): Promise<Outcome<NodeView>> {
    const path = `/clusters/${cluster}/nodes/${encodeURIComponent(node)}/drain`;
    return this.#requester.json({ method: drain ? 'POST' : 'DELETE', path });
  }

  #get<T>(path: string, query: Query = {}): Promise<Outcome<T>> {
    return this.#requester.json<T>({ method: 'GET', path, query });
  }

  #post<T>(path: string, body?: unknown): Promise<Outcome<T>> {
    return this.#requester.json<T>({ method: 'POST', path, body });
  }
}

/** The views of a stream until it breaks, however it breaks: the caller opens it again. */
async function* viewsOf(response: Response, silence: SilenceWatch): AsyncGenerator<BackfillView> {
  if (response.body === null) return;
  try {
    for await (const { data } of serverEvents(response.body, () => silence.heard())) {
      // A stream that ends without a view ends because the service stops, or the backfill is gone.
      const view = JSON.parse(data) as Partial<BackfillView>;
      if (view.state !== undefined) yield view as BackfillView;
    }
  } catch {
    return;
  }
}

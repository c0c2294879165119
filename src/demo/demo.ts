import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../base/errors.ts';
import type { Outcome } from '../base/outcome.ts';
import type { Client } from '../cli/client.ts';
import type { Result } from '../core/checks/result.ts';
import type { Incident } from '../core/incidents/incident.ts';
import type { Clock } from '../ports/clock.ts';
import type { BackfillView } from '../services/ingestion/backfills.ts';
import type { ScanView } from '../services/ingestion/scans.ts';
import { brokenDay, type DemoDay, goodDay, publishDay, publishHistory } from './flight-data.ts';
import type { Narrator } from './narrator.ts';
import { type DemoReport, type DemoStory, reportOf } from './report.ts';

const dataset = 'flights';

/** The newest day of the published history. It is cut off after its first minute, and so the first thing to be found. */
const historyEnd = '2001-07-01';

const pollMs = 50;

export type DemoParts = {
  readonly client: Client;
  readonly clock: Clock;
  readonly narrator: Narrator;
  /** A directory of its own, where the demonstration publishes its data. */
  readonly directory: string;
};

/**
 * Plays the owner of a dataset against a running service, over its API: register, backfill, then three deliveries.
 * Rejects with a `FailureError` when the service refuses anything; the report says whether all happened as it should.
 */
export class Demo {
  readonly #parts: DemoParts;

  constructor(parts: DemoParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<DemoReport> {
    const { narrator, clock } = this.#parts;
    const startedMs = clock.monotonicMs();
    await this.#register();
    const backfill = await this.#backfill(signal);
    narrator.learned(backfill, await this.#results(historyEnd));
    const unfinished = await this.#openIncident();
    if (unfinished !== undefined) await this.#resolve(unfinished);

    const good = await this.#deliver(goodDay, 'good', signal);
    narrator.delivered('a good day', good);
    const broken = await this.#deliver(brokenDay, 'broken', signal);
    narrator.delivered('a broken day', broken);
    const incident = await this.#openIncident();
    const untilIncidentMs = clock.monotonicMs() - startedMs;
    narrator.incident(incident, await this.#explanations(broken.results));
    const restated = await this.#deliver(brokenDay, 'good', signal);
    narrator.delivered('the same day in its good version', restated);
    const closed =
      incident === undefined ? undefined : valueOf(await this.#parts.client.incident(incident.id));
    narrator.closed(closed);
    return reportOf({
      backfill,
      good,
      broken,
      restated,
      incident,
      closed,
      untilIncidentMs,
      totalMs: clock.monotonicMs() - startedMs,
    });
  }

  async #register(): Promise<void> {
    const { client, directory, narrator } = this.#parts;
    await publishHistory(join(directory, 'flights'));
    const file = join(import.meta.dirname, '../../examples/flights.yaml');
    const yaml = await readFile(file, 'utf8');
    valueOf(await client.apply({ yaml, file: 'flights.yaml', baseDirectory: directory }));
    narrator.registered(yaml);
  }

  async #backfill(signal: AbortSignal): Promise<BackfillView> {
    const { client, narrator } = this.#parts;
    let view = valueOf(await client.startBackfill({ dataset }));
    for await (const next of client.followBackfill(view.id, signal)) {
      view = valueOf(next);
      narrator.backfilling(view);
    }
    signal.throwIfAborted();
    return view;
  }

  async #deliver(day: DemoDay, version: 'good' | 'broken', signal: AbortSignal): Promise<DemoStory> {
    const { client, clock, directory } = this.#parts;
    await publishDay(join(directory, 'flights'), day, version);
    const startedMs = clock.monotonicMs();
    let scan = valueOf(await client.startScan({ dataset }));
    while (!hasScanEnded(scan)) {
      await clock.sleep(pollMs, signal);
      signal.throwIfAborted();
      scan = valueOf(await client.scan(scan.id));
    }
    const results = await this.#results(day.day);
    return { day: day.day, scan, results, tookMs: clock.monotonicMs() - startedMs };
  }

  async #results(partition: string): Promise<readonly Result[]> {
    return valueOf(await this.#parts.client.results(dataset, { partition, limit: 1_000 })).results;
  }

  async #openIncident(): Promise<Incident | undefined> {
    return valueOf(await this.#parts.client.incidents({ dataset, open: true })).incidents[0];
  }

  /** The cut-off last day of the history is a real finding of its own: an owner would say so and go on. */
  async #resolve(incident: Incident): Promise<void> {
    const resolved = await this.#parts.client.resolve(incident.id, { by: 'demo', reason: 'real_error' });
    this.#parts.narrator.foundInHistory(valueOf(resolved));
  }

  /** The words for the worst results, one for each metric of the incident that people would ask about. */
  async #explanations(results: readonly Result[]): Promise<readonly string[][]> {
    const failing = results.filter((result) => result.status === 'fail' || result.status === 'warn');
    const asked = ['row_count', 'distance.avg', 'delay.null_percent'].flatMap(
      (metric) => failing.find((result) => result.metric === metric) ?? [],
    );
    const explained = await Promise.all(asked.map((result) => this.#parts.client.explanation(result.id)));
    return explained.map((one) => {
      const { headline, sentences } = valueOf(one).explanation;
      return [headline, ...sentences];
    });
  }
}

function hasScanEnded(scan: ScanView): boolean {
  return scan.state !== 'scanning' && scan.state !== 'checking';
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new FailureError(outcome.error);
  return outcome.value;
}

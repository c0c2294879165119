import { formatDuration } from '../base/units.ts';
import type { CliIo } from '../cli/io.ts';
import { formatNumber } from '../cli/render/figures.ts';
import { ProgressLine } from '../cli/render/progress.ts';
import { statusMark, statusStyle, styled } from '../cli/render/style.ts';
import { renderTable } from '../cli/render/table.ts';
import { wrapText } from '../cli/render/text-width.ts';
import { boundsText, countsText, statusCell, valueText } from '../cli/views/result-text.ts';
import type { Result } from '../core/checks/result.ts';
import type { Incident } from '../core/incidents/incident.ts';
import { incidentTitle } from '../core/incidents/incident-title.ts';
import type { MetricScale } from '../core/metrics/metric.ts';
import type { Clock } from '../ports/clock.ts';
import type { BackfillView } from '../services/ingestion/backfills.ts';
import { breakage } from './flight-data.ts';
import { alarming, type DemoReport, type DemoStory } from './report.ts';

const rowsShown = 8;

/** Tells a person what the demonstration does and what Assay answers. Everything goes to `tell`; nothing decides anything. */
export class Narrator {
  readonly #io: CliIo;
  readonly #tell: (text: string) => void;
  readonly #progress: ProgressLine;

  /** With `quiet`, standard output is left to the report; the story goes to standard error. */
  constructor(io: CliIo, clock: Clock, options: { readonly quiet: boolean }) {
    this.#io = io;
    this.#tell = (text) => (options.quiet ? io.err(text) : io.out(text));
    this.#progress = new ProgressLine(io, clock);
  }

  started(url: string): void {
    this.#heading('Assay learns from three million real flights, and catches a broken day');
    this.#line(`The service runs at ${url}, with everything it needs in this one process.`);
  }

  registered(yaml: string): void {
    this.#heading('1  The owner registers the dataset');
    const shown = yaml.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.#line(styled(shown.map((line) => `  ${line}`).join('\n'), 'muted', this.#io.color));
    this.#heading('2  Backfill: 1 January to 1 July 2001');
  }

  backfilling(view: BackfillView): void {
    const { partitions, measured, failed, state, rate } = view;
    this.#progress.update({
      label: state === 'learning' ? 'learning ' : 'measuring',
      done: measured + failed,
      ...(partitions === undefined ? {} : { total: partitions }),
      rate: rate.partitionsPerSecond,
      ...(rate.etaMs === undefined ? {} : { etaMs: rate.etaMs }),
      note: `${formatNumber(view.rows)} rows`,
    });
  }

  learned(view: BackfillView, last: readonly Result[]): void {
    this.#progress.clear();
    const tookMs = (view.endedAt ?? view.startedAt) - view.startedAt;
    const rate = formatNumber(Math.round(view.rows / (tookMs / 1000)));
    this.#paragraph(
      `${view.measured} partitions, ${formatNumber(view.rows)} rows in ${formatDuration(tookMs)}: ${rate} rows/s ` +
        `read, stored, measured and judged. ${last.length} checks a day from now on.`,
    );
  }

  foundInHistory(incident: Incident): void {
    this.#paragraph(
      `${statusMark('fail')} Already in the history: ${incidentTitle(incident)}. The published file breaks off after the ` +
        'first minute of that day. The owner resolves it as a real error, so that nothing is learned from it.',
    );
    this.#heading('3  New days arrive');
    this.#paragraph(
      'The file ends here; what follows is made of real flights of June, moved to the first days of July.',
    );
  }

  delivered(what: string, story: DemoStory): void {
    const { scan, results } = story;
    const [partition] = scan.partitions;
    const worst = scan.partitions[0]?.status ?? 'error';
    this.#line('');
    this.#line(
      `${styled(statusMark(worst), statusStyle(worst), this.#io.color)} ` +
        styled(`${story.day}, ${what}`, 'strong', this.#io.color) +
        `: revision ${partition?.revision ?? '–'}, ${formatNumber(partition?.rowCount ?? 0)} rows, ` +
        `${countsText(results)}, told after ${formatDuration(story.tookMs)}`,
    );
    const alarms = alarming(results);
    if (alarms.length > 0) this.#table(alarms);
  }

  incident(incident: Incident | undefined, explanations: readonly string[][]): void {
    if (incident === undefined) return;
    this.#heading(`4  One incident: ${incidentTitle(incident)}`);
    this.#paragraph(`What was done to this day: ${breakage.join('; ')}. What Assay says:`);
    for (const [headline = '', ...sentences] of explanations) {
      this.#paragraph(headline, { first: '  • ', rest: '    ' });
      for (const sentence of sentences) this.#paragraph(sentence, { first: '    ', rest: '      ' });
    }
    this.#heading('5  The publisher repairs the day');
  }

  closed(incident: Incident | undefined): void {
    if (incident === undefined) return;
    const { state } = incident;
    const how = state.state === 'resolved' ? `resolved by itself: ${state.reason}` : state.state;
    this.#line(`  Incident ${incident.id}: ${how}.`);
  }

  ended(report: DemoReport): void {
    this.#heading(report.ok ? 'Everything happened as it should' : 'Not everything happened as it should');
    for (const { what, met } of report.expectations) {
      const status = met ? 'pass' : 'fail';
      this.#line(`  ${styled(statusMark(status), statusStyle(status), this.#io.color)} ${what}`);
    }
  }

  staysUp(url: string, dataDirectory: string): void {
    const option = ` --url ${url}`;
    this.#line('\nThe service stays up until Ctrl-C. In another terminal:');
    // The key that lets the command line in lies there.
    this.#line(`  export ASSAY_DATA=${dataDirectory}`);
    for (const command of ['results flights', 'explain flights 2001-07-02 row_count', 'incidents', 'jobs']) {
      this.#line(`  bin/assay ${command}${option}`);
    }
  }

  /** The dataset as a whole first, then its columns, the worst first. */
  #table(alarms: readonly Result[]): void {
    const ordered = alarms.toSorted(
      (a, b) => Number(a.metric.includes('.')) - Number(b.metric.includes('.')),
    );
    const rows = ordered.slice(0, rowsShown).map((result) => {
      const scale = scaleOf(result.metric);
      return [result.check, valueText(result, scale), boundsText(result, scale), statusCell(result.status)];
    });
    this.#tell(
      renderTable(
        {
          columns: [
            { title: 'check' },
            { title: 'value', align: 'right' },
            { title: 'expected', align: 'right' },
            { title: 'status' },
          ],
          rows,
        },
        { width: this.#io.columns, color: this.#io.color },
      ),
    );
    if (alarms.length > rowsShown) this.#line(`  and ${alarms.length - rowsShown} more`);
  }

  #heading(text: string): void {
    this.#line(`\n${styled(text, 'strong', this.#io.color)}`);
  }

  #paragraph(text: string, indent: { first: string; rest: string } = { first: '', rest: '' }): void {
    const lines = wrapText(text, this.#io.columns - indent.rest.length);
    this.#line(lines.map((line, at) => (at === 0 ? indent.first : indent.rest) + line).join('\n'));
  }

  #line(text: string): void {
    this.#progress.clear();
    this.#tell(`${text}\n`);
  }
}

function scaleOf(metric: string): MetricScale {
  return metric.endsWith('_percent') ? 'percent' : 'number';
}

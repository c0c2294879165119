import type { AlarmList } from '../../../core/policies/replay.ts';
import type { ReplayedIncident } from '../../../core/policies/replay-incidents.ts';
import type { ReplayTotals } from '../../../core/policies/replay-totals.ts';
import type { ReplayView } from '../../../services/quality/replays.ts';
import { formatNumber, plural } from '../../render/figures.ts';
import { escapeHtml, htmlPage, htmlTable } from '../html/page.ts';
import { type ChartFrame, seriesChart } from '../html/series-chart.ts';
import { isOverBudget, rate, replayTitle } from './replay-words.ts';
import { timelineSvg } from './timeline-svg.ts';

/** A replay as one HTML page that needs nothing beside itself. */
export function replayHtml(view: ReplayView): string {
  const title = `Replay of ${replayTitle(view)}`;
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    '<p class="muted">What Assay would have alerted on, had this policy been in force. Stored metrics were judged again; no data were read.</p>',
    tiles(view),
    `<h2>Partitions</h2><section class="card">${timelineSvg(view.partitions)}</section>`,
    incidents(view),
    changes(view),
    notMeasured(view),
    alarmTable(view),
  ];
  return htmlPage({ title, body: body.join('\n') });
}

function tiles({ totals, today, alertsPerMonth }: ReplayView): string {
  const judged = `of ${plural(totals.judged, 'judged partition')}, ${formatNumber(totals.partitions - totals.judged)} without enough history`;
  const budget = `budget ${rate(totals.budgetPer30)} (${formatNumber(alertsPerMonth)} a month)`;
  const style = isOverBudget(totals) ? 'over' : 'within';
  const word = isOverBudget(totals) ? 'over the budget' : 'within the budget';
  return `<dl class="tiles">
${tile('Incidents', `${formatNumber(totals.incidents)}`, `${judged}${wasText(today?.totals, ({ incidents: was }) => formatNumber(was))}`)}
${tile('Learned incidents per 30 partitions', `<span class="${style}">${rateOf(totals)}</span>`, `${word}; ${budget}${wasText(today?.totals, rateOf)}`)}
${tile('Alarms', formatNumber(totals.alarms), `single checks on single partitions${wasText(today?.totals, ({ alarms }) => formatNumber(alarms))}`)}
${today === undefined ? '' : tile('Against today’s policy', `−${formatNumber(today.vanished.count)} +${formatNumber(today.added.count)}`, `alarms that vanish, and new ones; ${formatNumber(today.kept)} stay`)}
</dl>`;
}

function tile(name: string, figure: string, note: string): string {
  return `<div class="tile"><dt>${name}</dt><dd>${figure}<small>${escapeHtml(note)}</small></dd></div>`;
}

function wasText(was: ReplayTotals | undefined, of: (totals: ReplayTotals) => string): string {
  return was === undefined ? '' : `; today’s policy: ${of(was)}`;
}

function rateOf({ incidentsPer30 }: ReplayTotals): string {
  return incidentsPer30 === undefined ? '–' : rate(incidentsPer30);
}

function incidents(view: ReplayView): string {
  if (view.incidents.length === 0) {
    return '<h2>Incidents</h2><section class="card"><p>None: no partition would have alerted.</p></section>';
  }
  const cards = view.incidents.map((incident) => incidentCard(incident, view));
  return `<h2>Incidents</h2>${cards.join('\n')}`;
}

/** Partitions shown before and after an incident. */
const around = { before: 45, after: 15 };

function incidentCard(incident: ReplayedIncident, view: ReplayView): string {
  const { title, level, lines, alarms, partitions } = incident;
  const items = lines.map(
    ({ partition, text }) => `<li><time>${escapeHtml(partition)}</time><span>${escapeHtml(text)}</span></li>`,
  );
  const frame = frameOf(incident, view);
  const charts = incident.metrics.flatMap((key) => {
    const metric = view.metrics.find((one) => one.metric === key);
    return metric === undefined || frame === undefined ? [] : [seriesChart(metric, frame)];
  });
  const size = `${plural(alarms, 'alarm')} on ${plural(partitions, 'partition')}`;
  return `<article class="card incident"><div><header><span class="badge ${level}">${level}</span><h3>${escapeHtml(title)}</h3></header>
<ul class="lines">${items.join('')}</ul><p class="muted">${size}${charts.length === 0 ? '' : '. Shaded: the learned band; the incident is marked.'}</p></div>
<div class="charts">${charts.join('\n')}</div></article>`;
}

function frameOf(incident: ReplayedIncident, { partitions }: ReplayView): ChartFrame | undefined {
  const place = (key: string): number => partitions.findIndex(({ partition }) => partition === key);
  const [first, last] = [place(incident.firstPartition), place(incident.lastPartition)];
  if (first < 0 || last < 0) return undefined;
  const from = Math.max(0, first - around.before);
  return { from, to: Math.min(partitions.length - 1, last + around.after), first, last };
}

function changes({ today }: ReplayView): string {
  if (today === undefined) return '';
  return `${changeTable('Alarms that would vanish', today.vanished)}${changeTable('Alarms that would be new', today.added)}`;
}

function changeTable(title: string, { count, worst }: AlarmList): string {
  if (count === 0) return '';
  const rows = worst.map(({ partition, status, text }) => [
    escapeHtml(partition),
    badge(status),
    escapeHtml(text),
  ]);
  const more =
    count > worst.length ? `<p class="muted">and ${plural(count - worst.length, 'more alarm')}</p>` : '';
  const table = htmlTable({ caption: title, columns: ['partition', 'status', 'what'], rows });
  return `<h2>${title} (${formatNumber(count)})</h2><section class="card">${table}${more}</section>`;
}

function notMeasured({ notMeasured: checks }: ReplayView): string {
  if (checks.length === 0) return '';
  const title = 'Not measured yet';
  const rows = checks.map(({ check, reason }) => [escapeHtml(check), escapeHtml(reason)]);
  const table = htmlTable({ caption: title, columns: ['check', 'why'], rows });
  return `<h2>${title}</h2><section class="card"><p class="muted">These checks could not be replayed; they judge from the next scan on.</p>${table}</section>`;
}

function alarmTable({ partitions }: ReplayView): string {
  const rows = partitions.flatMap(({ partition, alarms, alarmCount }) => {
    const own = alarms.map(({ status, text }) => [escapeHtml(partition), badge(status), escapeHtml(text)]);
    const rest = alarmCount - alarms.length;
    return rest === 0 ? own : [...own, [escapeHtml(partition), '', `and ${formatNumber(rest)} more`]];
  });
  if (rows.length === 0) return '';
  const table = htmlTable({ caption: 'All alarms', columns: ['partition', 'status', 'what'], rows });
  return `<h2>All alarms</h2><details class="card"><summary>${plural(rows.length, 'line')}</summary>${table}</details>`;
}

function badge(status: string): string {
  return `<span class="badge ${status}">${status}</span>`;
}

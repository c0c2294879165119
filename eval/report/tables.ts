import { driftDays, driftInjections } from '../inject/drift.ts';
import type { JudgedDrift } from '../judge/drift.ts';
import { detectableSizes, type Recall } from '../judge/recall.ts';
import type { Report } from '../judge/report.ts';
import type { MethodSummary } from '../judge/summary.ts';
import {
  decimal,
  errorKinds,
  meanOf,
  methodNames,
  ours,
  percent,
  summariesOf,
  tunedSummariesOf,
} from './figures.ts';

/** A table for people, in whatever form. The first `texts` columns are words, the others figures. */
export type ReportTable = {
  readonly title: string;
  readonly note: string;
  readonly columns: readonly string[];
  readonly texts: number;
  readonly rows: readonly (readonly string[])[];
};

/** All tables of a report. */
export function tablesOf(report: Report): ReportTable[] {
  return [
    budgets(report),
    usual(report),
    tuned(report),
    errors(report),
    detectable(report),
    drift(report),
    noise(report),
    ...(report.births.length === 0 ? [] : [births(report)]),
  ];
}

function budgets(report: Report): ReportTable {
  const names = methodNames(report).filter((name) => name.startsWith('Assay'));
  const rows = report.streams.map(({ name, partitions }) => {
    const all = names.map((method) => ofStream(summariesOf(report, method), name));
    const one = ofStream(summariesOf(report, ours), name);
    return [
      name,
      String(partitions),
      String(one?.metrics ?? 0),
      ...all.map((each) => decimal(each?.falseAlarms.incidents)),
      decimal(one?.youngFalseAlarms.incidents),
      decimal(one?.macroRecall, 3),
      decimal(one?.youngMacroRecall, 3),
      decimal(one?.auc, 3),
      decimal(one?.precision),
    ];
  });
  return {
    title: 'Assay by stream',
    note: 'False incidents per 30 partitions with 28 and more before them, at each budget a month; the rest at budget 1. “Young” are partitions with 14 to 27 before them. Precision: were 1 % of all partitions bad.',
    columns: [
      'stream',
      'partitions',
      'metrics',
      ...names.map((name) => name.replace('Assay, ', '')),
      'young',
      'macro recall',
      'young recall',
      'AUC',
      'precision',
    ],
    texts: 1,
    rows,
  };
}

function usual(report: Report): ReportTable {
  const rows = methodNames(report).map((name) => methodRow(report, name, summariesOf(report, name)));
  return {
    title: 'Methods as they are usually set',
    note: 'Days with false alarms per 30 partitions by stream, their mean, incidents, and recall over all errors; means over the streams. Every method has the rules for schema, empty partitions and vanished metrics.',
    columns: methodColumns(report),
    texts: 1,
    rows,
  };
}

function tuned(report: Report): ReportTable {
  // Tuned, the mean with 6 sd is the mean with 3.
  const names = methodNames(report).filter(
    (name) => name !== 'mean ± 6 sd' && tunedSummariesOf(report, name).length > 0,
  );
  const rows = [
    methodRow(report, ours, summariesOf(report, ours)),
    ...names.map((name) => {
      const all = tunedSummariesOf(report, name);
      const thresholds = all.map(({ threshold }) => decimal(threshold, 1)).join(' / ');
      return methodRow(report, `${name.replace(/ ?\(.*\)/, '')} at ${thresholds}`, all);
    }),
  ];
  return {
    title: 'At the false alarms of Assay',
    note: 'Each baseline with the threshold, for each stream its own, that hindsight would have set to alarm on no more clean days than Assay at budget 1.',
    columns: methodColumns(report),
    texts: 1,
    rows,
  };
}

function methodColumns(report: Report): string[] {
  return [
    'method',
    ...report.streams.map(({ name }) => name),
    'days/30',
    'incidents/30',
    'macro recall',
    'any alarm',
    'AUC',
    'precision',
  ];
}

function methodRow(report: Report, label: string, all: readonly MethodSummary[]): string[] {
  return [
    label,
    ...report.streams.map(({ name }) => decimal(ofStream(all, name)?.falseAlarms.days)),
    decimal(meanOf(all, ({ falseAlarms }) => falseAlarms.days)),
    decimal(meanOf(all, ({ falseAlarms }) => falseAlarms.incidents)),
    decimal(
      meanOf(all, ({ macroRecall }) => macroRecall),
      3,
    ),
    decimal(
      meanOf(all, ({ anyAlarm }) => anyAlarm),
      3,
    ),
    decimal(
      meanOf(all, ({ auc }) => auc),
      3,
    ),
    decimal(meanOf(all, ({ precision }) => precision)),
  ];
}

function errors(report: Report): ReportTable {
  const all = summariesOf(report, ours);
  const rows = errorKinds.flatMap(({ type, magnitudes }) =>
    magnitudes.map((magnitude) => [
      type,
      magnitude,
      ...report.streams.map(({ name }) => shareFound(ofStream(all, name)?.recalls, type, magnitude)),
    ]),
  );
  return {
    title: 'Errors found by Assay at budget 1',
    note: `The share of the tests in which a metric alarms that does not alarm on the clean partition.${sampleNote(report)}`,
    columns: ['error', 'size', ...report.streams.map(({ name }) => name)],
    texts: 2,
    rows,
  };
}

/** What a report of a part of the tests says about that. */
function sampleNote({ sample }: Report): string {
  return sample === 1 ? '' : ` Of the tested partitions each ${sample}th was judged.`;
}

function shareFound(recalls: readonly Recall[] | undefined, type: string, magnitude: string): string {
  const one = recalls?.find((each) => each.type === type && each.magnitude === magnitude);
  return percent(one && one.found / one.tests);
}

/** Kinds whose sizes are variants rather than more or less of the same. */
const withoutOrder: ReadonlySet<string> = new Set(['schema change', 'one tenant', 'yesterday again']);

function detectable(report: Report): ReportTable {
  const sizes = report.streams.map(({ name }) =>
    detectableSizes(ofStream(summariesOf(report, ours), name)?.recalls ?? []),
  );
  const rows = errorKinds
    .filter(({ type }) => !withoutOrder.has(type))
    .map(({ type }) => [type, ...sizes.map((each) => each.get(type)?.magnitude ?? '–')]);
  return {
    title: 'Smallest size that is found',
    note: 'From this size on Assay at budget 1 finds nine of ten errors; a dash where it does not at any size.',
    columns: ['error', ...report.streams.map(({ name }) => name)],
    texts: 1,
    rows,
  };
}

function drift(report: Report): ReportTable {
  const rows = report.drifts.flatMap(({ stream, method, drifts }) =>
    driftInjections.flatMap(({ magnitude, type }) => {
      const own = drifts.filter(({ id }) => id === `${type}: ${magnitude}`);
      return own.length === 0 ? [] : [[magnitude, stream, method, ...delayCells(own)]];
    }),
  );
  return {
    title: 'Slow drift',
    note: `An error that grows day by day, followed for ${driftDays} days; what is found later counts as not found. Where a method alarms on most days anyway, it finds by luck.`,
    columns: ['drift', 'stream', 'method', 'found', 'median day', 'latest day'],
    texts: 3,
    rows: rows.sort((a, b) => `${a[0]}\t${a[1]}`.localeCompare(`${b[0]}\t${b[1]}`)),
  };
}

function delayCells(drifts: readonly JudgedDrift[]): string[] {
  const found = drifts.flatMap(({ foundOn }) => foundOn ?? []).sort((a, b) => a - b);
  const median = found[found.length >> 1];
  return [
    `${found.length} of ${drifts.length}`,
    median === undefined ? '–' : String(median),
    found.length === 0 ? '–' : String(found.at(-1)),
  ];
}

function noise(report: Report): ReportTable {
  const groups = Map.groupBy(report.noise.toReversed(), ({ kind, metrics }) => `${kind}\t${metrics}`);
  const names = [...new Set(report.noise.map(({ method }) => method))];
  const rows = [...groups.values()].map((all) => {
    const [first] = all;
    const mine = all.find(({ method }) => method === ours);
    const others = names
      .filter((name) => name !== ours)
      .map((name) => decimal(all.find(({ method }) => method === name)?.alarmDays));
    return [
      first?.kind ?? '',
      String(first?.metrics ?? ''),
      String(first?.seeds ?? ''),
      decimal(mine?.mean),
      decimal(mine?.most),
      decimal(mine?.alarmDays),
      ...others,
    ];
  });
  return {
    title: 'Streams of pure noise',
    note: '180 days without any error. Incidents per 30 partitions of Assay (mean and most over the seeds), then days with false alarms per 30 of each method.',
    columns: [
      'noise',
      'metrics',
      'seeds',
      'incidents',
      'most',
      'Assay, days',
      ...names.filter((name) => name !== ours).map((name) => `${name}, days`),
    ],
    texts: 1,
    rows,
  };
}

function births({ births }: Report): ReportTable {
  return {
    title: 'US births, 5,479 days, one metric',
    note: 'False incidents per 30 partitions. No method was told about holidays.',
    columns: ['method', 'incidents/30', 'days/30'],
    texts: 1,
    rows: births.map(({ method, falseAlarms }) => [
      method,
      decimal(falseAlarms.incidents),
      decimal(falseAlarms.days),
    ]),
  };
}

function ofStream(all: readonly MethodSummary[], stream: string): MethodSummary | undefined {
  return all.find((one) => one.stream === stream);
}

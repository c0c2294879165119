import { type Instant, instant } from '../../base/units.ts';

/** What is kept of a drill for people: of whichever kind, and bounded in every part. */
export type KeptDrill = {
  readonly drill: 'failure' | 'upgrade' | 'capacity' | 'recovery';
  readonly passed: boolean;
  readonly startedAt: Instant;
  readonly tookMs: number;
  readonly command: string;
  readonly version: string;
  readonly machine: string;
  readonly cluster: string;
  /** What was wrong, in words. */
  readonly findings: readonly string[];
  readonly figures: readonly { readonly name: string; readonly value: number; readonly unit?: 'ms' }[];
  /** Ends of tasks in each interval of `bucketMs` from the start on; of drills that disturb work. */
  readonly throughput?: { readonly bucketMs: number; readonly tasks: readonly number[] };
  readonly faults: readonly KeptFault[];
  /** What a drill measured, a line for each size or experiment; times in milliseconds. */
  readonly table?: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | number)[])[];
  };
};

/** Milliseconds since the start of the drill. */
export type KeptFault = {
  readonly number: number;
  readonly atMs: number;
  readonly kind: string;
  readonly what: string;
  /** Until the next end of a task. */
  readonly nextEndMs?: number;
  /** Until all that it hit was well again. */
  readonly healedMs?: number;
};

const textMax = 1_000;
const listMax = 500;
const bucketsMax = 600;

/** Reads what `assay drill … --json` wrote, of this release or another one; undefined when it is no report of a drill. */
export function keptDrill(report: unknown): KeptDrill | undefined {
  const whole = mapOf(report);
  const about = mapOf(whole['about']);
  const startedAt = numberOf(whole['startedAt'] ?? about['startedAt']);
  const drill = kindOf(whole);
  if (drill === undefined || startedAt === undefined || typeof about['command'] !== 'string')
    return undefined;
  const verdict = mapOf(whole['verdict']);
  const findings = listOf(whole['findings'] ?? verdict['findings']).map((one) => textOf(mapOf(one)['what']));
  const cutShort = whole['cutShort'];
  const common = {
    drill,
    startedAt: instant(startedAt),
    command: textOf(about['command']),
    version: textOf(about['version']),
    machine: textOf(about['machine']),
    cluster: textOf(about['cluster']),
    findings: typeof cutShort === 'string' ? [textOf(cutShort), ...findings] : findings,
  };
  if (drill === 'recovery' || drill === 'capacity') {
    const judged = figuresOf(mapOf(whole['judged']));
    const passed = findings.length === 0 && cutShort === undefined;
    const tookMs = numberOf(about['tookMs']) ?? 0;
    const table = drill === 'recovery' ? recoveryTable(whole) : capacityTable(whole);
    return { ...common, passed: passed && keepsFloors(whole), tookMs, figures: judged, faults: [], table };
  }
  const throughput = throughputOf(mapOf(whole['throughput']));
  return {
    ...common,
    passed: whole['passed'] === true,
    tookMs: Math.max(0, (numberOf(whole['endedAt']) ?? startedAt) - startedAt),
    figures: figuresOf(mapOf(verdict['counts'])),
    ...(throughput === undefined ? {} : { throughput }),
    faults: listOf(whole['faults']).flatMap((fault) => faultOf(mapOf(fault), startedAt)),
  };
}

function kindOf(whole: Fields): KeptDrill['drill'] | undefined {
  const { drill } = whole;
  if (drill === 'failure' || drill === 'upgrade') return drill;
  if (Array.isArray(whole['times'])) return 'recovery';
  return Array.isArray(whole['points']) ? 'capacity' : undefined;
}

function keepsFloors(whole: Fields): boolean {
  return listOf(whole['times']).every((one) => mapOf(one)['keepsFloor'] !== false);
}

function recoveryTable(whole: Fields): NonNullable<KeptDrill['table']> {
  const rows = listOf(whole['times']).map((one) => {
    const { name, spread, floorMs, aimMs, keepsFloor } = mapOf(one);
    const { count, p50, p99, max } = mapOf(spread);
    const figures = [count, p50, p99, max, aimMs, floorMs].map((value) => numberOf(value) ?? '–');
    return [textOf(name), ...figures, keepsFloor === false ? 'no' : 'yes'];
  });
  return { columns: ['experiment', 'repeats', 'median', 'p99', 'worst', 'aim', 'floor', 'kept'], rows };
}

function capacityTable(whole: Fields): NonNullable<KeptDrill['table']> {
  const rows = listOf(whole['points']).map((one) => {
    const { nodes, jobs, jobsPerSecond, latency } = mapOf(one);
    const { p50, p99 } = mapOf(latency);
    return [nodes, jobs, jobsPerSecond, p50, p99].map((value) => numberOf(value) ?? '–');
  });
  return { columns: ['nodes', 'jobs at once', 'jobs per second', 'median', 'p99'], rows };
}

function figuresOf(counts: Fields): KeptDrill['figures'] {
  return Object.entries(counts)
    .slice(0, listMax)
    .flatMap(([name, value]) => {
      const figure = numberOf(value);
      return figure === undefined ? [] : [{ name: textOf(name), value: figure }];
    });
}

/** Fine buckets become coarser ones until there are few enough to draw. */
function throughputOf({ bucketMs, tasks }: Fields): KeptDrill['throughput'] | undefined {
  const width = numberOf(bucketMs);
  if (width === undefined || width <= 0 || !Array.isArray(tasks) || tasks.length === 0) return undefined;
  const together = Math.ceil(tasks.length / bucketsMax);
  const sums = Array.from({ length: Math.ceil(tasks.length / together) }, () => 0);
  for (const [at, count] of tasks.entries()) {
    const bucket = Math.floor(at / together);
    sums[bucket] = (sums[bucket] ?? 0) + (numberOf(count) ?? 0);
  }
  return { bucketMs: width * together, tasks: sums };
}

function faultOf(fault: Fields, startedAt: number): readonly KeptFault[] {
  const [number, at] = [numberOf(fault['number']), numberOf(fault['at'])];
  if (number === undefined || at === undefined) return [];
  const [nextEndMs, healedMs] = [numberOf(fault['nextEndMs']), numberOf(fault['healedMs'])];
  return [
    {
      number,
      atMs: at - startedAt,
      kind: textOf(fault['kind']),
      what: textOf(fault['what']),
      ...(nextEndMs === undefined ? {} : { nextEndMs }),
      ...(healedMs === undefined ? {} : { healedMs }),
    },
  ];
}

type Fields = Readonly<Record<string, unknown>>;

function mapOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, listMax) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, textMax) : '';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { formatBytes, formatDuration } from '../../src/base/units.ts';
import { renderTable } from '../../src/cli/render/table.ts';
import { median, type Run, run } from './run.ts';

/** What a suite may be asked for. */
export type BenchOptions = {
  /** Rounds; figures are medians over them. */
  readonly runs: number;
  /** Rows of the large files. */
  readonly rows: number;
  /** Whether files of three times the size are measured too. */
  readonly large: boolean;
};

type Row = { readonly what: string; readonly figure: string; readonly target: string; readonly runs: string };

/** `fine ms`: milliseconds, of which a hundredth counts. */
type Unit = 'ms' | 'fine ms' | 'ratio' | 'bytes' | 'number';

/** Runs commands side by side and collects figures. */
export class Bench {
  readonly options: BenchOptions;
  /** For files of the suites; emptied at the end. */
  readonly folder: string;
  readonly #rows: Row[] = [];

  constructor(options: BenchOptions, folder: string) {
    this.options = options;
    this.folder = folder;
  }

  /** Runs each command once per round, one after the other, so that a change of the machine's speed meets all of them. */
  async inTurn(commands: readonly (readonly string[])[], rounds = this.options.runs): Promise<Run[][]> {
    const results: Run[][] = commands.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, args] of commands.entries()) {
        const label = `${labelOf(args)} ${round + 1}/${rounds}`;
        await this.progress(label, async () => results[at]?.push(await run(process.execPath, args)));
      }
    }
    return results;
  }

  /** Says what is being done, and how long it took. */
  async progress(label: string, work: () => Promise<unknown>): Promise<void> {
    process.stderr.write(`${label} … `);
    const started = process.hrtime.bigint();
    await work();
    process.stderr.write(`${formatDuration(Number(process.hrtime.bigint() - started) / 1e6)}\n`);
  }

  /** Notes one figure of every round. */
  add(what: string, unit: Unit, figures: readonly number[], target: string): void {
    const text = (value: number): string => formatFigure(value, unit);
    this.#rows.push({ what, figure: text(median(figures)), target, runs: figures.map(text).join(', ') });
  }

  /** Prints the table and writes `bench/out/report.json`. */
  report(out: string): void {
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${formatBytes(totalmem())}`;
    const columns = [
      { title: 'what' },
      { title: 'median', align: 'right' as const },
      { title: 'target' },
      { title: 'runs' },
    ];
    const cells = this.#rows.map((row) => [row.what, row.figure, row.target, row.runs]);
    process.stdout.write(renderTable({ columns, rows: cells }, { width: 140, color: false }));
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'report.json'), `${JSON.stringify({ machine, rows: this.#rows }, null, 2)}\n`);
  }
}

/** The command line of Assay itself. */
export function assay(...args: readonly string[]): string[] {
  return [join(import.meta.dirname, '../../src/main.ts'), ...args];
}

/** A program of `bench/cases`. */
export function caseOf(name: string, ...args: readonly string[]): string[] {
  return [join(import.meta.dirname, '../cases', name), ...args];
}

/** The times that the programs measured themselves, without the start of their process. */
export function times(of: readonly Run[] | undefined): number[] {
  return (of ?? []).map((one) => (JSON.parse(one.lastLine) as { ms: number }).ms);
}

/** The times of whole processes. */
export function wallTimes(of: readonly Run[] | undefined): number[] {
  return (of ?? []).map((one) => one.wallMs);
}

/** The processor times of whole process trees. */
export function processorTimes(of: readonly Run[] | undefined): number[] {
  return (of ?? []).map((one) => one.processorMs);
}

/** Pair by pair. */
export function ratios(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, at) => value / (b[at] ?? Number.NaN));
}

/** The peak memory of whole process trees. */
export function peaks(of: readonly Run[] | undefined): number[] {
  return (of ?? []).map((one) => one.peakBytes);
}

function formatFigure(value: number, unit: Unit): string {
  if (unit === 'ratio') return value.toFixed(2);
  if (unit === 'fine ms') return `${value.toFixed(2)} ms`;
  if (unit === 'number') return new Intl.NumberFormat('en').format(Math.round(value));
  return unit === 'ms' ? formatDuration(value) : formatBytes(Math.round(value));
}

function labelOf(args: readonly string[]): string {
  const [program = '', ...rest] = args.map((arg) => arg.split('/').at(-1) ?? '');
  return [program === 'main.ts' ? 'assay' : program, ...rest.slice(0, 2)].join(' ');
}

import { failureOf } from '../../base/errors.ts';
import { type Spread, spreadOf } from '../../core/drills/figures.ts';
import type { Finding } from '../../core/drills/verdict.ts';
import { type Experiment, experiments, type Measured } from './recovery-experiments.ts';
import type { RecoveryParts } from './recovery-parts.ts';

/** All repeats of one experiment. */
export type RecoveryTimes = Pick<Experiment, 'name' | 'what' | 'floorMs' | 'aimMs'> & {
  readonly measured: readonly Measured[];
  readonly spread: Spread;
  /** Every repeat was at most the floor; the median at most the aim. */
  readonly keepsFloor: boolean;
  readonly reachesAim: boolean;
  /** Repeats that gave no time, with the reason: they count as broken floors. */
  readonly failures: readonly string[];
};

export type RecoveryRun = {
  readonly times: readonly RecoveryTimes[];
  /** Everything that was wrong with the jobs of all repeats: lost, done twice, wrong. */
  readonly findings: readonly Finding[];
  readonly judged: { readonly jobs: number; readonly tasks: number };
  readonly cutShort?: string;
};

export type RecoveryProgress = { readonly experiment: string; readonly done: number; readonly all: number };

/** Runs experiments one after the other, each so many times. `only`: names, by default all. */
export async function runRecoveryDrill(
  parts: RecoveryParts,
  options: {
    readonly repeats: number;
    readonly only?: readonly string[];
    readonly onProgress: (progress: RecoveryProgress) => void;
    readonly onMeasured?: (experiment: string, measured: Measured) => void;
  },
): Promise<RecoveryRun> {
  const chosen = experiments.filter(({ name }) => options.only?.includes(name) ?? true);
  const all = chosen.length * options.repeats;
  const times: RecoveryTimes[] = [];
  for (const [place, experiment] of chosen.entries()) {
    const measured: Measured[] = [];
    const failures: string[] = [];
    for (let repeat = 0; repeat < options.repeats && !parts.signal.aborted; repeat += 1) {
      options.onProgress({ experiment: experiment.name, done: place * options.repeats + repeat, all });
      try {
        const one = await experiment.run(parts, repeat);
        measured.push(one);
        options.onMeasured?.(experiment.name, one);
      } catch (error) {
        if (!parts.signal.aborted) failures.push(failureOf(error).message);
      }
    }
    times.push(timesOf(experiment, measured, failures));
  }
  const { findings, judged } = parts.bench;
  return { times, findings, judged, ...(parts.signal.aborted ? { cutShort: 'it was interrupted' } : {}) };
}

function timesOf(
  { name, what, floorMs, aimMs }: Experiment,
  measured: readonly Measured[],
  failures: readonly string[],
): RecoveryTimes {
  const spread = spreadOf(measured.map(({ ms }) => ms));
  const isWhole = measured.length > 0 && failures.length === 0;
  return {
    name,
    what,
    floorMs,
    aimMs,
    measured,
    spread,
    failures,
    keepsFloor: isWhole && spread.max <= floorMs,
    reachesAim: isWhole && spread.p50 <= aimMs,
  };
}

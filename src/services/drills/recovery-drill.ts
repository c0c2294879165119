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

/**
 * Runs experiments in rounds, each once in every round, so that all of them meet the machine as it is at the time. `only`:
 * names, by default all. What was measured until `signal` aborts comes back.
 */
export async function runRecoveryDrill(
  parts: RecoveryParts,
  options: {
    readonly repeats: number;
    readonly only?: readonly string[];
    readonly onProgress: (progress: RecoveryProgress) => void;
  },
): Promise<RecoveryRun> {
  const runs = experiments
    .filter(({ name }) => options.only?.includes(name) ?? true)
    .map((experiment): Repeats => ({ experiment, measured: [], failures: [] }));
  const all = runs.length * options.repeats;
  for (let done = 0; done < all && !parts.signal.aborted; done += 1) {
    const run = runs[done % runs.length];
    if (run === undefined) break;
    options.onProgress({ experiment: run.experiment.name, done, all });
    await repeat(parts, run, Math.floor(done / runs.length));
  }
  const { findings, judged } = parts.bench;
  const cutShort = parts.signal.aborted ? { cutShort: 'it was interrupted' } : {};
  return { times: runs.map(timesOf), findings, judged, ...cutShort };
}

type Repeats = {
  readonly experiment: Experiment;
  readonly measured: Measured[];
  readonly failures: string[];
};

async function repeat(
  parts: RecoveryParts,
  { experiment, measured, failures }: Repeats,
  round: number,
): Promise<void> {
  try {
    measured.push(await experiment.run(parts, round));
  } catch (error) {
    if (!parts.signal.aborted) failures.push(failureOf(error).message);
  }
}

function timesOf({ experiment, measured, failures }: Repeats): RecoveryTimes {
  const { name, what, floorMs, aimMs } = experiment;
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

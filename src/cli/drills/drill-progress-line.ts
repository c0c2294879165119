import type { Clock } from '../../ports/clock.ts';
import type { DrillProgress } from '../../services/drills/run-drill.ts';
import type { CliIo } from '../io.ts';
import { ProgressLine } from '../render/progress.ts';

/** How far a drill is, on one line. */
export class DrillProgressLine {
  readonly #clock: Clock;
  readonly #line: ProgressLine;
  readonly #label: string;
  readonly #startedMs: number;
  /** What is counted beside the jobs. */
  readonly #disturbed: string;

  constructor(io: CliIo, clock: Clock, of: { readonly label: string; readonly disturbed?: string }) {
    this.#clock = clock;
    this.#line = new ProgressLine(io, clock);
    this.#label = of.label;
    this.#disturbed = of.disturbed ?? '';
    this.#startedMs = clock.monotonicMs();
  }

  /** Requests of a person: backfills and scans. */
  steps(done: number, total: number): void {
    this.#line.update({ label: this.#label, done, total, ...this.#rate(done, total) });
  }

  jobs({ ended, jobs, faults, planned }: DrillProgress): void {
    const note = `${faults} of ${planned} ${this.#disturbed}`;
    this.#line.update({ label: this.#label, done: ended, total: jobs, ...this.#rate(ended, jobs), note });
  }

  clear(): void {
    this.#line.clear();
  }

  #rate(done: number, total: number): { rate?: number; etaMs?: number } {
    const passedMs = this.#clock.monotonicMs() - this.#startedMs;
    if (done === 0 || passedMs <= 0) return {};
    return { rate: (done * 1_000) / passedMs, etaMs: (passedMs * Math.max(0, total - done)) / done };
  }
}

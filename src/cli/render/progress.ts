import { formatDuration, second } from '../../base/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CliIo } from '../io.ts';
import { bar, formatNumber } from './figures.ts';
import { styled } from './style.ts';
import { textWidth, truncateText, visibleText } from './text-width.ts';

/** How far a piece of work is. */
export type Progress = {
  readonly label: string;
  readonly done: number;
  /** Absent while it is not known how much there is to do. */
  readonly total?: number;
  /** Per second. */
  readonly rate?: number;
  /** Milliseconds to go. */
  readonly etaMs?: number;
  readonly note?: string;
  /** The counts mean nothing to people: only their share is shown. */
  readonly shareOnly?: boolean;
};

const barWidth = 24;

/** One line, at most `width` columns: label, bar, percentage, count, rate, time to go, note. No line break. */
export function renderProgress(
  progress: Progress & { readonly width: number; readonly color: boolean },
): string {
  const { total, width, color } = progress;
  const label = visibleText(progress.label);
  const figures = progressFigures(progress);
  const fraction = total === undefined || total <= 0 ? undefined : progress.done / total;
  const withBar = `${label} ${'█'.repeat(barWidth)} ${figures}`;
  if (fraction === undefined || textWidth(withBar) > width) return truncateText(`${label} ${figures}`, width);
  return `${label} ${styled(bar(fraction, barWidth), 'accent', color)} ${figures}`;
}

function progressFigures(progress: Progress): string {
  const { done, total, rate, etaMs, note } = progress;
  const counts = total === undefined ? formatNumber(done) : `${formatNumber(done)}/${formatNumber(total)}`;
  const parts = total === undefined ? [] : [shareText(done, total)];
  if (progress.shareOnly !== true) parts.push(counts);
  if (rate !== undefined && Number.isFinite(rate))
    parts.push(`${formatNumber(Number(rate.toPrecision(3)))}/s`);
  if (etaMs !== undefined && Number.isFinite(etaMs))
    parts.push(`${formatDuration(Math.max(0, etaMs))} to go`);
  if (note !== undefined) parts.push(visibleText(note));
  return parts.join('  ');
}

/** Rounded down, so that it is 100 only at the end. */
function shareText(done: number, total: number): string {
  const share = total <= 0 ? 1 : Math.min(1, done / total);
  return `${Math.floor(share * 100)} %`.padStart(5);
}

const redrawMs = 80;
const printMs = 5 * second;
const clearLine = '\r\u001b[K';

/**
 * Progress on standard error: one line redrawn in place on a terminal; elsewhere a line every five seconds at most, so
 * that short work prints nothing and long work does not flood a log.
 */
export class ProgressLine {
  readonly #io: CliIo;
  readonly #clock: Clock;
  #lastMs: number;
  #shown = false;

  constructor(io: CliIo, clock: Clock) {
    this.#io = io;
    this.#clock = clock;
    this.#lastMs = io.isTty ? Number.NEGATIVE_INFINITY : clock.monotonicMs();
  }

  /** Shows how far the work is, unless the line was drawn a moment ago. */
  update(progress: Progress): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastMs < (this.#io.isTty ? redrawMs : printMs)) return;
    this.#lastMs = nowMs;
    // The last column stays free: writing it makes some terminals wrap.
    const line = renderProgress({
      ...progress,
      width: this.#io.columns - 1,
      color: this.#io.isTty && this.#io.color,
    });
    this.#io.err(this.#io.isTty ? `${clearLine}${line}` : `${line}\n`);
    this.#shown = true;
  }

  /** Takes the line away from the terminal: before other text is written, and at the end. Safe to call twice. */
  clear(): void {
    if (this.#io.isTty && this.#shown) this.#io.err(clearLine);
    this.#shown = false;
    if (this.#io.isTty) this.#lastMs = Number.NEGATIVE_INFINITY;
  }
}

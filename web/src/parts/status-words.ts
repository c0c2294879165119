import type { ResultStatus } from '../../../src/core/checks/result.ts';

/** The worst verdict on a partition, or the one of a check; undefined until there is one. */
export type Status = ResultStatus | undefined;

const words: Readonly<Record<ResultStatus, string>> = {
  pass: 'Pass',
  warn: 'Warning',
  fail: 'Fail',
  error: 'Error',
  not_evaluated: 'Learning',
};

const names: Readonly<Record<ResultStatus, string>> = {
  pass: 'pass',
  warn: 'warn',
  fail: 'fail',
  error: 'error',
  not_evaluated: 'none',
};

/** A status in a word. */
export function statusWord(status: Status): string {
  return status === undefined ? 'Not checked' : words[status];
}

/** The colour of a status for areas, as a CSS value. */
export function statusFill(status: Status): string {
  return `var(--fill-${status === undefined ? 'none' : names[status]})`;
}

/** The colour of a status for text, as a CSS value. */
export function statusInk(status: Status): string {
  return `var(--status-${status === undefined ? 'none' : names[status]})`;
}

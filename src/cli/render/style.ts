import { styleText } from 'node:util';
import type { ResultStatus } from '../../core/checks/result.ts';

/** What a piece of text means, which decides its colour. */
export type Style = 'good' | 'warning' | 'bad' | 'error' | 'muted' | 'strong' | 'accent';

const formats = {
  good: 'green',
  warning: 'yellow',
  bad: 'red',
  error: 'magenta',
  muted: 'gray',
  strong: 'bold',
  accent: 'cyan',
} as const satisfies Record<Style, string>;

/** `text` in the colour of `style`; unchanged when `color` is false. */
export function styled(text: string, style: Style | undefined, color: boolean): string {
  // Whether colours are wanted was decided once, for `CliIo`; the stream is not asked again.
  return color && style !== undefined ? styleText(formats[style], text, { validateStream: false }) : text;
}

const statusStyles = {
  pass: 'good',
  warn: 'warning',
  fail: 'bad',
  error: 'error',
  not_evaluated: 'muted',
} as const satisfies Record<ResultStatus, Style>;

const statusMarks = {
  pass: '✓',
  warn: '▲',
  fail: '✗',
  error: '!',
  not_evaluated: '·',
} as const satisfies Record<ResultStatus, string>;

/** The style of a status. */
export function statusStyle(status: ResultStatus): Style {
  return statusStyles[status];
}

/** One character for a status: `✓` pass, `▲` warn, `✗` fail, `!` error, `·` not evaluated. Colour comes on top. */
export function statusMark(status: ResultStatus): string {
  return statusMarks[status];
}

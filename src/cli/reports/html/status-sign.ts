import { svgNumber } from './page.ts';

export type SignKind = 'learning' | 'pass' | 'warn' | 'fail' | 'error';

/**
 * A status as a rounded square with a sign on it, so that it is told without its colour too. `title` is shown at the pointer
 * and read out.
 */
export function statusSquare(of: {
  readonly kind: SignKind;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly title?: string;
}): string {
  const { kind, x, y, size, title } = of;
  const square = `<rect class="s-${kind}" x="${svgNumber(x)}" y="${svgNumber(y)}" width="${svgNumber(size)}" height="${svgNumber(size)}" rx="${svgNumber(size * 0.2)}"/>`;
  const sign = signPath(kind, x + size / 2, y + size / 2, size * 0.24);
  const inner = `${title === undefined ? '' : `<title>${title}</title>`}${square}${sign}`;
  return `<g>${inner}</g>`;
}

function signPath(kind: SignKind, x: number, y: number, r: number): string {
  const at = (dx: number, dy: number): string => `${svgNumber(x + dx * r)} ${svgNumber(y + dy * r)}`;
  switch (kind) {
    case 'warn':
      return `<path class="sign" d="M${at(0, -1)}L${at(1, 0.9)}L${at(-1, 0.9)}Z"/>`;
    case 'fail':
      return `<path class="sign" fill="none" d="M${at(-0.9, -0.9)}L${at(0.9, 0.9)}M${at(0.9, -0.9)}L${at(-0.9, 0.9)}"/>`;
    case 'error':
      return `<path class="sign" fill="none" d="M${at(0, -1.1)}L${at(0, 0.3)}M${at(0, 1.1)}L${at(0, 1.12)}"/>`;
    case 'pass':
    case 'learning':
      return '';
  }
}

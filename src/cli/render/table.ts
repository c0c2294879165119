import { type Style, styled } from './style.ts';
import { padText, textWidth, truncateText, visibleText } from './text-width.ts';

/** A table's column. Text columns shrink to fit; right-aligned ones, which hold figures, only when nothing else is left. */
export type TableColumn = {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** In columns of the terminal. */
  readonly maxWidth?: number;
  /** A text column shrinks to this, by default to 6. */
  readonly minWidth?: number;
  /** Left out when the table would otherwise not fit: the largest number first, and the last of equal ones. */
  readonly optional?: boolean | number;
};

/** A cell: plain text, or text with a style. */
export type Cell = string | { readonly text: string; readonly style?: Style };

export type Table = {
  readonly columns: readonly TableColumn[];
  /** One cell for each column; missing ones are blank. */
  readonly rows: readonly (readonly Cell[])[];
};

type Layout = { readonly column: TableColumn; readonly index: number; readonly width: number };

const widthMin = 6;
const titleMin = 3;

/** A table in light box lines, at most `width` columns wide where that is possible at all. Ends with a line break. */
export function renderTable(
  table: Table,
  options: { readonly width: number; readonly color: boolean },
): string {
  const layout = fitted(table, options.width);
  const rule = (left: string, middle: string, right: string): string => {
    const line = left + layout.map(({ width }) => '─'.repeat(width + 2)).join(middle) + right;
    return styled(line, 'muted', options.color);
  };
  const bar = styled('│', 'muted', options.color);
  const row = (cells: readonly string[]): string => `${bar} ${cells.join(` ${bar} `)} ${bar}`;
  const header = layout.map(({ column, width }) =>
    styled(fill(column.title, width, column.align), 'strong', options.color),
  );
  const body = table.rows.map((cells) =>
    row(
      layout.map(({ column, index, width }) =>
        renderCell(cells[index], { column, width, color: options.color }),
      ),
    ),
  );
  const lines = [rule('┌', '┬', '┐'), row(header), rule('├', '┼', '┤'), ...body, rule('└', '┴', '┘')];
  return `${lines.join('\n')}\n`;
}

function renderCell(
  cell: Cell | undefined,
  options: { readonly column: TableColumn; readonly width: number; readonly color: boolean },
): string {
  const { text, style } = typeof cell === 'object' ? cell : { text: cell ?? '', style: undefined };
  return styled(fill(visibleText(text), options.width, options.column.align), style, options.color);
}

function fill(text: string, width: number, align: 'left' | 'right' | undefined): string {
  return padText(truncateText(text, width), width, align);
}

/** The columns that fit, with their widths: optional ones go first, then texts shrink, then figures. */
function fitted(table: Table, width: number): Layout[] {
  let layout = table.columns.map((column, index) => ({
    column,
    index,
    width: naturalWidth(table, { index, width }),
  }));
  while (leastWidth(layout) > width) {
    const most = Math.max(...layout.map(({ column }) => Number(column.optional ?? 0)));
    const dropped = layout.findLast(({ column }) => Number(column.optional ?? 0) === most);
    if (most === 0 || dropped === undefined) break;
    layout = layout.filter((item) => item !== dropped);
  }
  const readable = shrunk(layout, { width, least: leastOf });
  return shrunk(readable, { width, least: () => titleMin });
}

/** The width of a column's longest text, at most what its definition or the whole table allow. */
function naturalWidth(table: Table, limit: { readonly index: number; readonly width: number }): number {
  const column = table.columns[limit.index];
  const widthMax = Math.min(limit.width, column?.maxWidth ?? limit.width);
  let width = textWidth(column?.title ?? '');
  for (const row of table.rows) {
    const cell = row[limit.index];
    width = Math.max(width, textWidth(visibleText(typeof cell === 'object' ? cell.text : (cell ?? ''))));
  }
  return Math.min(width, widthMax);
}

function totalWidth(layout: readonly Layout[]): number {
  return layout.reduce((sum, { width }) => sum + width + 3, 1);
}

/** How narrow the table can get while its figures stay whole and its texts readable. */
function leastWidth(layout: readonly Layout[]): number {
  return totalWidth(layout.map((item) => ({ ...item, width: leastOf(item) })));
}

function leastOf({ column, width }: Layout): number {
  return column.align === 'right' ? width : Math.min(width, column.minWidth ?? widthMin);
}

/** Takes a column's width from the widest, again and again, until the table fits or nothing can be taken. */
function shrunk(
  layout: readonly Layout[],
  options: { readonly width: number; readonly least: (item: Layout) => number },
): Layout[] {
  const result = [...layout];
  const least = layout.map(options.least);
  for (let excess = totalWidth(result) - options.width; excess > 0; excess--) {
    let widest = -1;
    for (const [index, item] of result.entries()) {
      if (item.width <= (least[index] ?? 0)) continue;
      if (item.width > (result[widest]?.width ?? 0)) widest = index;
    }
    const item = result[widest];
    if (item === undefined) break;
    result[widest] = { ...item, width: item.width - 1 };
  }
  return result;
}

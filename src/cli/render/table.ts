import { type Style, styled } from './style.ts';
import { padText, textWidth, truncateText, visibleText } from './text-width.ts';

/** A table's column. Text columns shrink to fit; right-aligned ones, which hold figures, only when nothing else is left. */
export type TableColumn = {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** In columns of the terminal. */
  readonly maxWidth?: number;
  /** Left out, the last one first, when the table would otherwise not fit. */
  readonly optional?: boolean;
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
    const dropped = layout.findLast(({ column }) => column.optional === true);
    if (dropped === undefined) break;
    layout = layout.filter((item) => item !== dropped);
  }
  const texts = shrunk(layout, { width, shrinks: ({ column }) => column.align !== 'right' });
  return shrunk(texts, { width, shrinks: () => true });
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

/** How narrow the table can get while its figures stay whole. */
function leastWidth(layout: readonly Layout[]): number {
  const narrow = layout.map((item) => ({
    ...item,
    width: item.column.align === 'right' ? item.width : Math.min(item.width, widthMin),
  }));
  return totalWidth(narrow);
}

/** Takes a column's width from the widest, again and again, until the table fits or nothing can be taken. */
function shrunk(
  layout: readonly Layout[],
  options: { readonly width: number; readonly shrinks: (item: Layout) => boolean },
): Layout[] {
  const result = [...layout];
  for (let excess = totalWidth(result) - options.width; excess > 0; excess--) {
    let widest = -1;
    for (const [index, item] of result.entries()) {
      if (!options.shrinks(item) || item.width <= titleMin) continue;
      if (item.width > (result[widest]?.width ?? 0)) widest = index;
    }
    const item = result[widest];
    if (item === undefined) break;
    result[widest] = { ...item, width: item.width - 1 };
  }
  return result;
}

import type { LocalProcess } from '../../ports/local-cluster.ts';
import type { CliIo } from '../io.ts';
import type { Style } from '../render/style.ts';
import { renderTable } from '../render/table.ts';

/** A process, and how often it was started again. */
type Row = LocalProcess & { readonly restarts: number };

/** Cursor to the first column of the first line, and everything from there on away. */
const clearScreen = '\u001b[H\u001b[J';

const stateStyles = {
  starting: 'warning',
  ready: 'good',
  frozen: 'accent',
  down: 'bad',
} as const satisfies Record<LocalProcess['state'], Style>;

/** The processes of a cluster on standard error: a table that is drawn again on a terminal, elsewhere a line for each change. */
export class ProcessBoard {
  readonly #io: CliIo;
  readonly #rows = new Map<string, Row>();
  #remark = '';

  constructor(io: CliIo) {
    this.#io = io;
  }

  /** Shows what has changed. */
  show(change: LocalProcess): void {
    const before = this.#rows.get(change.name);
    const starts = change.state === 'starting' ? 1 : 0;
    const row = { ...change, restarts: before === undefined ? 0 : before.restarts + starts };
    this.#rows.set(change.name, row);
    if (this.#io.isTty) this.#draw();
    else this.#io.err(`${lineOf(row)}\n`);
  }

  /** Shows a remark below the processes. */
  tell(remark: string): void {
    this.#remark = remark;
    if (this.#io.isTty) this.#draw();
  }

  #draw(): void {
    const rows = [...this.#rows.values()].toSorted((a, b) =>
      a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
    const table = processTable(rows, { width: this.#io.columns, color: this.#io.color });
    this.#io.err(`${clearScreen}${table}${this.#remark}\n`);
  }
}

function processTable(
  rows: readonly Row[],
  options: { readonly width: number; readonly color: boolean },
): string {
  return renderTable(
    {
      columns: [
        { title: 'process', minWidth: 20 },
        { title: 'zone' },
        { title: 'state', minWidth: 8 },
        { title: 'pid', align: 'right', optional: 2 },
        { title: 'build', optional: 1 },
        { title: 'restarts', align: 'right' },
        { title: 'address', optional: 3 },
      ],
      rows: rows.map((row) => [
        row.name,
        row.zone,
        { text: row.state, style: stateStyles[row.state] },
        row.pid === 0 || row.state === 'down' ? '' : String(row.pid),
        isAssays(row) ? row.build : '',
        String(row.restarts),
        row.url ?? '',
      ]),
    },
    options,
  );
}

function lineOf(row: Row): string {
  const place = row.url === undefined ? '' : `, ${row.url}`;
  const build = isAssays(row) ? `, build ${row.build}` : '';
  return `${row.name} in zone ${row.zone}: ${row.state}, pid ${row.pid}${build}, restarts ${row.restarts}${place}`;
}

/** Whether it is a program of Assay's, which alone has builds. */
function isAssays({ role }: LocalProcess): boolean {
  return role !== 'zookeeper' && role !== 'postgres';
}

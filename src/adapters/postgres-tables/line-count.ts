const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** Counts the lines of CSV on its way, to tell whether each row is one line: no text then holds a line break. */
export class LineCount {
  #lines = 0;
  #hasCarriageReturn = false;

  /** Takes the next bytes; returns the number of lines so far. */
  add(bytes: Buffer): number {
    this.#hasCarriageReturn ||= bytes.includes(carriageReturn);
    for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) this.#lines += 1;
    return this.#lines;
  }

  /** Whether the bytes were one line for each of so many rows. */
  isOneFor(rows: number): boolean {
    return this.#lines === rows && !this.#hasCarriageReturn;
  }
}

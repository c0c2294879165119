/** An event of a stream of server-sent events (WHATWG HTML, 9.2.6); `data` is as it was sent. */
export type StreamEvent = { readonly name: string; readonly data: string };

type Line = { readonly field: string; readonly value: string };

/**
 * Reads a stream of server-sent events piece by piece, however the pieces were cut. `lastId` is the place to go on from
 * when the stream breaks.
 */
export class EventText {
  lastId: string | undefined;
  #rest = '';
  #name = '';
  #data: string[] = [];

  /** Forgets what was cut off when the stream before broke. */
  begin(): void {
    this.#rest = '';
    this.#name = '';
    this.#data = [];
  }

  /** The events that are whole with this piece. */
  push(piece: string): readonly StreamEvent[] {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#read(line.replace(/\r$/, '')));
  }

  #read(line: string): readonly StreamEvent[] {
    if (line === '') return this.#end();
    const { field, value } = split(line);
    if (field === 'event') this.#name = value;
    if (field === 'data') this.#data.push(value);
    if (field === 'id') this.lastId = value;
    return [];
  }

  #end(): readonly StreamEvent[] {
    const event = { name: this.#name, data: this.#data.join('\n') };
    const isEvent = this.#data.length > 0;
    this.#name = '';
    this.#data = [];
    return isEvent ? [event] : [];
  }
}

function split(line: string): Line {
  const colon = line.indexOf(':');
  if (colon < 0) return { field: line, value: '' };
  return { field: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') };
}

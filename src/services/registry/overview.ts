import type { DatasetName } from '../../base/ids.ts';
import type { DatasetLine } from '../../ports/dataset-store.ts';

/** What a dataset wants of people. */
export type Attention = (typeof attentions)[number];

/** The worst first. */
export const attentions = ['failing', 'warning', 'waiting', 'passing'] as const;

export type OverviewSort = (typeof overviewSorts)[number];

/** `attention`: those that want something first, then those with more open incidents. Ties are by name. */
export const overviewSorts = ['attention', 'name', 'rows', 'taken_in', 'checked'] as const;

/** Where a line stands in its order: figures, then the name. */
export type OverviewPlace = { readonly figures: readonly number[]; readonly dataset: string };

export type OverviewRequest = {
  /** Words that must all stand in name, owner or description. */
  readonly search?: string;
  readonly attention?: Attention;
  readonly sort: OverviewSort;
  readonly isDescending: boolean;
  /** Only those behind this place, whether or not a dataset stands there. */
  readonly after?: OverviewPlace;
  readonly limit: number;
};

/** A part of an overview, and what all datasets that the search finds want. */
export type OverviewView = {
  readonly datasets: readonly (DatasetLine & { readonly attention: Attention })[];
  /** How many there are in all the pages of this request. */
  readonly found: number;
  readonly counts: Readonly<Record<Attention, number>>;
};

/** Open incidents and bad verdicts first come to mind; a dataset without a verdict waits for its first one. */
export function attentionOf({
  lastPartition,
  incidentsOpen,
}: Pick<DatasetLine, 'lastPartition' | 'incidentsOpen'>): Attention {
  const status = lastPartition?.status;
  if (status === 'fail' || status === 'error' || incidentsOpen > 0) return 'failing';
  if (status === 'warn') return 'warning';
  return status === undefined ? 'waiting' : 'passing';
}

/** Finds, orders and cuts the lines of datasets. Pure. */
export function overviewOf(lines: readonly DatasetLine[], request: OverviewRequest): OverviewView {
  const words = (request.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const matching = lines
    .filter((line) => says(line, words))
    .map((line) => ({ ...line, attention: attentionOf(line) }));
  const counts = { failing: 0, warning: 0, waiting: 0, passing: 0 };
  for (const { attention } of matching) counts[attention] += 1;
  const { attention, after, limit } = request;
  const wanted = attention === undefined ? matching : matching.filter((line) => line.attention === attention);
  const ordered = wanted
    .map((line) => ({ line, place: placeOfLine(line, request.sort) }))
    .toSorted((a, b) => comparePlaces(a.place, b.place, request));
  const rest =
    after === undefined ? ordered : ordered.filter(({ place }) => comparePlaces(place, after, request) > 0);
  return { datasets: rest.slice(0, limit).map(({ line }) => line), found: wanted.length, counts };
}

function says({ dataset, owner, description }: DatasetLine, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${dataset} ${owner} ${description ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Where a line stands. What is not known stands first, as if it were long ago or nothing. */
export function placeOfLine(line: DatasetLine, sort: OverviewSort): OverviewPlace {
  return { figures: figuresOf(line, sort), dataset: line.dataset };
}

function figuresOf(line: DatasetLine, sort: OverviewSort): readonly number[] {
  switch (sort) {
    case 'attention':
      return [attentions.indexOf(attentionOf(line)), -line.incidentsOpen];
    case 'name':
      return [];
    case 'rows':
      return [line.lastPartition?.rowCount ?? -1];
    case 'taken_in':
      return [line.lastPartition?.ingestedAt ?? -1];
    case 'checked':
      return [line.checkedAt ?? -1];
  }
}

function comparePlaces(
  a: OverviewPlace,
  b: OverviewPlace,
  { isDescending }: { readonly isDescending: boolean },
): number {
  const sign = isDescending ? -1 : 1;
  for (const [at, figure] of a.figures.entries()) {
    const difference = figure - (b.figures[at] ?? 0);
    if (difference !== 0) return sign * difference;
  }
  return a.dataset === b.dataset ? 0 : sign * (a.dataset < b.dataset ? -1 : 1);
}

type ReadLines = (datasets?: readonly DatasetName[]) => Promise<readonly DatasetLine[]>;

/** Above so many changed datasets all are read anew: one statement either way. */
const readOneByOneMax = 200;

/**
 * The lines of all datasets as they are in memory of one process: read whole once, then only those that changed. Whoever
 * learns of changes says so by `changed`; a call after that never gives an older state.
 */
export class OverviewBook {
  readonly #read: ReadLines;
  #lines: ReadonlyMap<DatasetName, DatasetLine> = new Map();
  #stale: Set<DatasetName> | 'all' = 'all';
  #reading: Promise<void> | undefined;

  constructor(read: ReadLines) {
    this.#read = read;
  }

  /** These datasets are to be read again, or all of them. */
  changed(datasets: Iterable<DatasetName> | 'all'): void {
    if (datasets === 'all') this.#stale = 'all';
    else if (this.#stale !== 'all') for (const dataset of datasets) this.#stale.add(dataset);
  }

  async lines(): Promise<readonly DatasetLine[]> {
    // What runs may have begun before the last change: then one more reading follows, which all who wait share.
    await this.#reading;
    if (this.#isStale()) this.#reading ??= this.#refresh();
    await this.#reading;
    return [...this.#lines.values()];
  }

  #isStale(): boolean {
    return this.#stale === 'all' || this.#stale.size > 0;
  }

  async #refresh(): Promise<void> {
    const stale = this.#stale;
    this.#stale = new Set();
    try {
      const names = stale === 'all' || stale.size > readOneByOneMax ? undefined : [...stale];
      const read = await this.#read(names);
      const lines = new Map(names === undefined ? [] : this.#lines);
      for (const name of names ?? []) lines.delete(name);
      for (const line of read) lines.set(line.dataset, line);
      this.#lines = lines;
    } catch (error) {
      this.changed(stale);
      throw error;
    } finally {
      this.#reading = undefined;
    }
  }
}

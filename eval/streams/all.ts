import { flights3m, flights20k } from './flights.ts';
import { retail } from './retail.ts';
import type { RowStream } from './stream.ts';

/** The streams that errors are put into. */
export const rowStreams: readonly RowStream[] = [retail, flights20k, flights3m];

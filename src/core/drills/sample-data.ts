import { assert } from '../../base/assert.ts';
import { type DatasetName, parseDatasetName } from '../../base/ids.ts';
import { createSeededChance, type SeededChance } from './seeded-chance.ts';

/** A dataset of a drill: its definition, and the files of its partitions, those of the past first. */
export type SampleDataset = {
  readonly dataset: DatasetName;
  readonly yaml: string;
  /** There when the dataset is registered: they are backfilled. */
  readonly past: readonly SampleFile[];
  /** Published one after the other, each scanned by itself. */
  readonly arrivals: readonly SampleFile[];
};

/** Its path below the folder that definitions start from. */
export type SampleFile = { readonly path: string; readonly text: string };

export const samplePast = 10;
const sampleArrivals = 5;

/** The jobs that a dataset makes: a backfill with a profile of each partition, learning, and for each arrival a scan and a check. */
export const jobsOfSample = 2 + samplePast + 2 * sampleArrivals;

/** Something wrong with a partition; every dataset has each of them once among its arrivals, the rest is clean. */
type Defect = 'none' | 'few_rows' | 'nulls' | 'scaled' | 'unreadable';

const defects: readonly Defect[] = ['none', 'few_rows', 'nulls', 'scaled', 'unreadable'];

/**
 * Datasets whose partitions chance decides, and the seed chance: the same seed gives the same bytes. `messagesTo` is where
 * their messages go.
 */
export function sampleDatasets(of: {
  readonly count: number;
  readonly seed: number;
  readonly messagesTo: string;
}): readonly SampleDataset[] {
  return Array.from({ length: of.count }, (_, at) => {
    const dataset = parseDatasetName(`drill-${String(at + 1).padStart(3, '0')}`);
    assert(dataset !== undefined, 'the names of sample datasets are valid');
    const chance = createSeededChance(of.seed + 7_919 * at);
    const fileOf = (place: number, defect: Defect): SampleFile => ({
      // No date, so that no metric depends on when it is taken in.
      path: `${dataset}/part-${String(place + 1).padStart(3, '0')}.csv`,
      text: csvOf(chance, defect),
    });
    return {
      dataset,
      yaml: definitionOf(dataset, of.messagesTo),
      past: Array.from({ length: samplePast }, (_unused, place) => fileOf(place, 'none')),
      arrivals: chance.shuffled(defects).map((defect, place) => fileOf(samplePast + place, defect)),
    };
  });
}

function definitionOf(dataset: DatasetName, messagesTo: string): string {
  return `dataset: ${dataset}
owner: drills@example.org
provider: { type: files, path: "${dataset}/*.csv" }
partition: { file: true }
notify: [{ webhook: { url: "${messagesTo}" } }]
checks:
  - row_count: { must_be_greater_than: 40 }
  - custom_sql: { name: revenue, query: "select sum(amount * pieces) from data" }
columns:
  - name: amount
    checks:
      - null_percent: { must_be_less_than: 10, level: warn }
      - avg: { learned: true, sensitivity: high }
  - name: region
    valid_values: [north, east, south, west]
    checks:
      - invalid_percent: { must_be: 0 }
`;
}

const regions = ['north', 'east', 'south', 'west'] as const;
const rowsMin = 100;

function csvOf(chance: SeededChance, defect: Defect): string {
  const rows = defect === 'few_rows' ? 12 : rowsMin + chance.below(20);
  const lines = Array.from({ length: rows }, (_, id) => lineOf(chance, id, defect));
  return `id,region,amount,pieces\n${lines.join('\n')}\n`;
}

function lineOf(chance: SeededChance, id: number, defect: Defect): string {
  const region = regions[chance.below(regions.length)] ?? 'north';
  const amount = (20 + 10 * chance.next() + 5 * chance.next()) * (defect === 'scaled' ? 100 : 1);
  const pieces = 1 + chance.below(9);
  if (defect === 'unreadable' && id % 2 === 1)
    return `${id},${region},${amount.toFixed(2)},${pieces},too,many`;
  const shown = defect === 'nulls' && chance.next() < 0.4 ? '' : amount.toFixed(2);
  return `${id},${region},${shown},${pieces}`;
}

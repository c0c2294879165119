import { limits } from '../../base/limits.ts';
import type { CheckDefinition } from '../../core/checks/definition.ts';
import { failedRowsOf } from '../../core/checks/partition-query.ts';
import type { DatasetDefinition } from '../../core/datasets/definition.ts';
import type { ColumnKind } from '../../core/datasets/schema.ts';
import type { ListedPartition } from '../../core/datasets/source.ts';
import { partitionFacts } from '../../core/suggestions/facts.ts';
import { evidenceMin } from '../../core/suggestions/rules/rule.ts';
import type { MeasuredPartition, Suggestion } from '../../core/suggestions/suggestion.ts';
import { noHistory } from '../../core/thresholds/history.ts';
import type { Staging } from '../../ports/batch-store.ts';
import type { Engine } from '../../ports/engine.ts';
import type { Provider, Wait } from '../../ports/provider.ts';
import { type ProfiledPartition, profilePartition } from '../quality/check-files/profile-partition.ts';

/** A column of a source, with what a sample says of it. */
export type PreviewedColumn = ColumnFigures & {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly native: string;
};

type ColumnFigures = { readonly nullPercent?: number; readonly distinctCount?: number };

export type SampleParts = {
  readonly engine: Engine;
  /** A fresh private directory; disposing it removes what is in it. */
  readonly stage: () => Promise<Staging>;
};

type Sample = {
  readonly columns: ReadonlyMap<string, ColumnFigures>;
  readonly rows?: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | null)[])[];
  };
  readonly read: { readonly partitions: number; readonly rows: number };
  readonly suggestions: readonly Suggestion[];
  readonly remarks: readonly string[];
};

type Source = {
  readonly definition: DatasetDefinition;
  readonly provider: Provider;
  readonly wait: () => Wait;
};

type Profiled = Extract<ProfiledPartition, { kind: 'profiled' }>;

/** Reads the newest partitions of a source that are small enough to be read while somebody waits. */
export class SourceSample {
  readonly #parts: SampleParts;
  readonly #source: Source;

  constructor(parts: SampleParts, source: Source) {
    this.#parts = parts;
    this.#source = source;
  }

  /** Never fails: what could not be read, or not in time, is a remark. */
  async take(listed: readonly ListedPartition[]): Promise<Sample> {
    const small = listed.slice(-limits.previewPartitionsMax).filter(isSmall);
    const read: Profiled[] = [];
    const remarks: string[] = [];
    for (const one of small.toReversed()) {
      const profiled = await this.#profile(one, read.length === 0);
      if (typeof profiled === 'string') remarks.push(`${one.key} could not be read: ${profiled}`);
      else read.unshift(profiled);
      // The next one would meet the same, after a longer wait.
      if (typeof profiled === 'string') break;
    }
    if (listed.length > 0 && small.length === 0)
      remarks.push('the newest partitions are too large to be read for a preview');
    const suggestions = await this.#suggest(read);
    if (typeof suggestions === 'string') remarks.push(`no checks could be suggested: ${suggestions}`);
    const [rows] = failedRowsOf(read.at(-1)?.queries ?? []);
    return {
      columns: figuresOf(read.at(-1)),
      ...(rows === undefined
        ? {}
        : { rows: { columns: rows.columns, rows: rows.rows.slice(0, limits.previewRowsMax) } }),
      read: { partitions: read.length, rows: read.reduce((sum, { rowCount }) => sum + rowCount, 0) },
      suggestions: typeof suggestions === 'string' ? [] : suggestions,
      remarks,
    };
  }

  async #profile(listed: ListedPartition, withRows: boolean): Promise<Profiled | string> {
    const { definition, provider, wait } = this.#source;
    await using staging = await this.#parts.stage();
    const scan = await provider.fetch({ definition, listed, directory: staging.directory, wait: wait() });
    if (!scan.ok) return scan.error.message;
    const { signal } = wait();
    const profiled = await profilePartition(this.#parts, {
      definition: withRows ? { ...definition, checks: [rowsCheck] } : definition,
      listed: { ...listed, scan: scan.value },
      signal,
      onProgress: () => undefined,
    });
    return profiled.kind === 'failed' ? profiled.failure.message : profiled;
  }

  async #suggest(read: readonly Profiled[]): Promise<readonly Suggestion[] | string> {
    if (read.length < evidenceMin.partitions) return [];
    const partitions = read.map(measuredOf);
    const { definition, wait } = this.#source;
    const suggested = await this.#parts.engine.suggest(
      { definition, history: noHistory, partitions },
      { ...wait(), memoryMb: limits.evaluateMemoryMb },
    );
    return suggested.ok ? suggested.value.suggestions : suggested.error.message;
  }
}

/** All rows as if none should exist: the question of which some are kept. */
const rowsCheck: CheckDefinition = {
  metric: 'failed_rows',
  settings: { name: 'rows', query: 'select * from data' },
  threshold: { kind: 'set', level: 'fail', conditions: [{ operator: 'must_be', value: 0 }] },
};

/** Rows of one file may belong to several partitions: then its whole size is what reading one of them costs. */
function isSmall({ sizeBytes, scan }: ListedPartition): boolean {
  const bytes =
    sizeBytes ?? (scan.kind === 'files' ? scan.files.reduce((sum, file) => sum + file.sizeBytes, 0) : 0);
  return bytes <= limits.previewBytesMax;
}

function measuredOf({ listed, schema, rowCount, profile }: Profiled): MeasuredPartition {
  return { key: listed.key, schema, rowCount, profiles: [profile] };
}

function figuresOf(newest: Profiled | undefined): ReadonlyMap<string, ColumnFigures> {
  const facts = newest && partitionFacts(measuredOf(newest));
  return new Map(
    [...(facts?.columns ?? [])].map(([name, { metric }]) => {
      const [nulls, distinct] = [metric('null_percent')?.value, metric('distinct_count')?.value];
      return [
        name,
        {
          ...(nulls === undefined ? {} : { nullPercent: nulls }),
          ...(distinct === undefined ? {} : { distinctCount: Math.round(distinct) }),
        },
      ];
    }),
  );
}

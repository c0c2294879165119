import { type Failure, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { encodePartition, encodePublish } from '../../core/datasets/decode/encode.ts';
import type { Plain } from '../../core/datasets/decode/plain.ts';
import type { DatasetDefinition, PartitionRule } from '../../core/datasets/definition.ts';
import type { Schema } from '../../core/datasets/schema.ts';
import type { ListedPartition } from '../../core/datasets/source.ts';
import { type PartitionProposal, proposePartitions } from '../../core/suggestions/partition-rules.ts';
import { proposePublish } from '../../core/suggestions/publish-rule.ts';
import type { Suggestion } from '../../core/suggestions/suggestion.ts';
import type { Wait } from '../../ports/provider.ts';
import type { ProviderOf } from '../ingestion/provider-of.ts';
import type { Kit } from '../kit.ts';
import { type PreviewedColumn, type SampleParts, SourceSample } from './preview-sample.ts';
import { readDefinition } from './read-definition.ts';

/** Parts of a definition, as they would stand in YAML. */
export type PreviewRequest = {
  readonly provider: Readonly<Record<string, unknown>>;
  /** By default the first one that is proposed. */
  readonly partition?: unknown;
  /** What a relative path starts from. */
  readonly baseDirectory: string;
};

/** What a source would be as a dataset, before it is one. Rules stand as in YAML. */
export type PreviewView = {
  readonly columns: readonly PreviewedColumn[];
  readonly proposals: readonly { readonly rule: Plain; readonly reason: string }[];
  /** The rule that everything below was found out with. */
  readonly partition: Plain;
  /** Absent when they could not be listed: `remarks` say why. */
  readonly partitions?: {
    readonly count: number;
    /** The oldest and the newest ones, in order. */
    readonly named: readonly {
      readonly key: string;
      readonly sizeBytes?: number;
      readonly modifiedAt?: number;
    }[];
  };
  readonly publish?: { readonly rule: Plain; readonly reason: string };
  /** The first rows of the newest partition that was read, as texts. */
  readonly rows?: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | null)[])[];
  };
  /** What was read for it: the newest partitions, as far as they are small. */
  readonly read: { readonly partitions: number; readonly rows: number };
  readonly suggestions: readonly Suggestion[];
  /** What could not be found out, and why. */
  readonly remarks: readonly string[];
};

type Parts = SampleParts & { readonly providerOf: ProviderOf };

/**
 * Shows what a source would be as a dataset: its columns, ways to cut it, when it comes, some rows, and the checks that a
 * few small partitions speak for. It looks with the same providers as the ingestion cluster, from the process that
 * answers: the source must be reachable from there. Nothing is registered, and nothing of what was read is kept.
 */
export class Previews {
  readonly #kit: Kit;
  readonly #parts: Parts;
  #running = 0;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /**
   * `DATASET_INVALID` for parts that can be none of a definition, `QUEUE_FULL` while too many are made, and what the
   * provider says of a source whose columns can not be told. What fails after that is a remark.
   */
  async preview(request: PreviewRequest, gone: AbortSignal): Promise<Outcome<PreviewView>> {
    const definition = definitionOf(request);
    if (!definition.ok) return definition;
    if (this.#running >= limits.previewsMax) {
      const message = `${this.#running} previews are being made already`;
      return fail(failure('QUEUE_FULL', message, { hint: 'try again in a moment' }));
    }
    this.#running += 1;
    try {
      return await this.#look(definition.value, { request, gone });
    } finally {
      this.#running -= 1;
    }
  }

  async #look(
    definition: DatasetDefinition,
    { request, gone }: { readonly request: PreviewRequest; readonly gone: AbortSignal },
  ): Promise<Outcome<PreviewView>> {
    const { clock } = this.#kit;
    const endsMs = clock.monotonicMs() + limits.previewTimeoutMs;
    const signal = AbortSignal.any([gone, AbortSignal.timeout(limits.previewTimeoutMs)]);
    const wait = (): Wait => ({ signal, timeoutMs: Math.max(1, endsMs - clock.monotonicMs()) });
    const provider = this.#parts.providerOf(definition);
    const [schema, whole] = await Promise.all([
      provider.schema(definition, wait()),
      provider.partitions({
        definition: { ...definition, partition: { kind: 'none' } },
        known: undefined,
        wait: wait(),
      }),
    ]);
    if (!schema.ok) return schema;
    if (!whole.ok) return whole;
    const proposals = proposePartitions({ schema: schema.value, scan: whole.value.partitions[0]?.scan });
    const rule = request.partition === undefined ? likeliest(proposals) : definition.partition;
    const chosen = { ...definition, partition: rule };
    const listing = await provider.partitions({ definition: chosen, known: undefined, wait: wait() });
    const listed = listing.ok ? listing.value.partitions : [];
    const sample = await new SourceSample(this.#parts, { definition: chosen, provider, wait }).take(listed);
    return succeed(
      viewOf({
        schema: schema.value,
        proposals,
        rule,
        listed,
        sample,
        problem: listing.ok ? undefined : listing.error,
      }),
    );
  }
}

/** What is no part of the preview has no say in it. JSON is YAML, so that parts are read and judged like a whole file. */
function definitionOf({ provider, partition, baseDirectory }: PreviewRequest): Outcome<DatasetDefinition> {
  const text = JSON.stringify(
    { dataset: 'preview', owner: 'preview', provider, ...(partition === undefined ? {} : { partition }) },
    undefined,
    2,
  );
  return readDefinition(text, { file: 'preview', baseDirectory });
}

function likeliest([first]: readonly PartitionProposal[]): PartitionRule {
  return first?.rule ?? { kind: 'none' };
}

function viewOf(found: {
  readonly schema: Schema;
  readonly proposals: readonly PartitionProposal[];
  readonly rule: PartitionRule;
  readonly listed: readonly ListedPartition[];
  readonly sample: Awaited<ReturnType<SourceSample['take']>>;
  readonly problem: Failure | undefined;
}): PreviewView {
  const { schema, proposals, rule, listed, sample, problem } = found;
  const publish = proposePublish(listed);
  const { columns, remarks, ...rest } = sample;
  return {
    columns: schema.map(({ name, type }) => ({ name, ...type, ...columns.get(name) })),
    proposals: proposals.map((one) => ({ rule: encodePartition(one.rule), reason: one.reason })),
    partition: encodePartition(rule),
    ...(problem === undefined ? { partitions: { count: listed.length, named: namedOf(listed) } } : {}),
    ...(publish === undefined
      ? {}
      : { publish: { rule: encodePublish(publish.rule), reason: publish.reason } }),
    ...rest,
    remarks: [
      ...(problem === undefined ? [] : [`its partitions could not be listed: ${problem.message}`]),
      ...remarks,
    ],
  };
}

/** The two oldest, which say where the past begins, and the newest. */
function namedOf(listed: readonly ListedPartition[]): NonNullable<PreviewView['partitions']>['named'] {
  const oldest = 2;
  const shown =
    listed.length <= limits.previewNamedMax
      ? listed
      : [...listed.slice(0, oldest), ...listed.slice(oldest - limits.previewNamedMax)];
  return shown.map(({ key, sizeBytes, modifiedAt }) => ({
    key,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  }));
}

import { type Failure, failure } from '../../base/errors.ts';
import type { DatasetName } from '../../base/ids.ts';
import { fail, type Outcome, succeed } from '../../base/outcome.ts';
import { asksMore } from '../../core/datasets/asks-more.ts';
import { diffDefinitions } from '../../core/datasets/diff.ts';
import type { DatasetStore } from '../../ports/dataset-store.ts';
import type { Holidays } from '../../ports/holidays.ts';
import type { Kit } from '../kit.ts';
import { readWithRegions } from '../registry/read-definition.ts';
import { redactDefinition } from '../registry/redact.ts';
import type { ApplyView } from '../registry/registry.ts';
import { type PolicyText, withPolicy } from './replay-policy.ts';

export type PolicyWish = PolicyText & {
  readonly dataset: DatasetName;
  /** The version of the definition that its author has seen. */
  readonly version: number;
};

type Parts = { readonly datasets: Pick<DatasetStore, 'get' | 'replace'>; readonly holidays: Holidays };

/** Changes how a dataset is judged, and nothing else about it. */
export class Policies {
  readonly #kit: Kit;
  readonly #parts: Parts;

  constructor(kit: Kit, parts: Parts) {
    this.#kit = kit;
    this.#parts = parts;
  }

  /**
   * Takes the parts that a policy says into the registered definition; the others stay. Errors: `DATASET_NOT_FOUND`,
   * `DEFINITION_CHANGED` when another version stands than the author has seen, and what is wrong with the policy
   * (`YAML_INVALID`, `CHECKS_INVALID`).
   */
  async save({ dataset, version, ...policy }: PolicyWish): Promise<Outcome<ApplyView>> {
    const { datasets, holidays } = this.#parts;
    const registered = await datasets.get(dataset);
    if (registered === undefined) return fail(failure('DATASET_NOT_FOUND', `there is no dataset ${dataset}`));
    if (registered.version !== version) return fail(changedMeanwhile(dataset, registered.version));
    const before = registered.definition;
    const read = await readWithRegions((regions) => withPolicy(before, policy, regions), holidays);
    if (!read.ok) return read;
    const after = read.value;
    const changes = diffDefinitions(redactDefinition(before), redactDefinition(after));
    const view = { dataset, dryRun: false, changes, asksMore: asksMore(before, after) };
    if (changes.length === 0) return succeed({ ...view, action: 'unchanged', version });
    const replaced = await datasets.replace(after, { version, at: this.#kit.clock.now() });
    if (!replaced) return fail(changedMeanwhile(dataset));
    this.#kit.log.info('changed the policy of a dataset', { dataset, version: version + 1 });
    return succeed({ ...view, action: 'changed', version: version + 1 });
  }
}

function changedMeanwhile(dataset: DatasetName, version?: number): Failure {
  const now = version === undefined ? '' : `; version ${version} stands now`;
  return failure('DEFINITION_CHANGED', `somebody else has changed ${dataset} meanwhile${now}`, {
    hint: 'read it again, look at what changed, and make your change on that',
  });
}

import type { DatasetDefinition } from '../datasets/definition.ts';
import { diffDefinitions } from '../datasets/diff.ts';
import { type DatasetFacts, type Identity, standingOf } from './identity.ts';
import { type DenialReason, mayRegister } from './policy.ts';

/**
 * Why somebody may not put a definition in force; undefined when they may. Only who may register names sources; an owner
 * changes everything else. Whether a name is taken by a dataset that does not exist for them, the answer does not say.
 */
export function denialOfApply(
  identity: Identity,
  {
    facts,
    before,
    after,
  }: {
    readonly facts: DatasetFacts | undefined;
    readonly before: DatasetDefinition | undefined;
    readonly after: DatasetDefinition;
  },
): DenialReason | undefined {
  if (identity.scope === 'read') return 'scope';
  if (identity.datasets !== undefined && !identity.datasets.includes(after.dataset)) return 'datasets_only';
  if (facts === undefined || before === undefined)
    return mayRegister(identity) ? undefined : 'registrars_only';
  const standing = standingOf(identity, facts);
  if (standing !== 'owner' && standing !== 'admin')
    return mayRegister(identity) ? 'owners_only' : 'registrars_only';
  const isSameSource = diffDefinitions(before, { ...before, provider: after.provider }).length === 0;
  return isSameSource || mayRegister(identity) ? undefined : 'registrars_only';
}

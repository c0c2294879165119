import type { DenialReason } from '../../core/access/policy.ts';

/** Why something is not allowed, in words. */
export const denials: Readonly<Record<DenialReason, string>> = {
  scope: 'the scope of this key does not allow that',
  datasets_only: 'this key is for some datasets only',
  admins_only: 'only administrators may do that',
  registrars_only: 'only people who may register datasets may do that',
  owners_only: 'only owners of the dataset may do that',
};

/** What to do about it. */
export const denialHints: Readonly<Record<DenialReason, string>> = {
  scope: 'use a key with the scope `write` or `admin`',
  datasets_only: 'use a key without a list of datasets',
  admins_only: 'ask an administrator',
  registrars_only: 'an administrator can allow it to you',
  owners_only: 'ask an owner; the members of the dataset name them',
};

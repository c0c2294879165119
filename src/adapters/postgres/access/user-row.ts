import { instant } from '../../../base/units.ts';
import type { User } from '../../../ports/access-store.ts';
import { decodeText } from '../safe-text.ts';
import type { PersonTable } from '../schema.ts';

/** A user of its row. */
export function userOf(row: PersonTable): User {
  return {
    id: row.id,
    email: row.email,
    name: decodeText(row.name),
    ...(row.password === null ? {} : { password: row.password }),
    isAdmin: row.is_admin,
    mayRegister: row.may_register,
    isDisabled: row.is_disabled,
    createdAt: instant(row.created_at),
  };
}

/** The columns of a user beside those of another table. */
export const userColumns = [
  'person.id as person_id',
  'person.email',
  'person.name as person_name',
  'person.password',
  'person.is_admin',
  'person.may_register',
  'person.is_disabled',
  'person.created_at as person_created_at',
] as const;

type JoinedUser = Omit<PersonTable, 'id' | 'name' | 'created_at'> & {
  readonly person_id: string;
  readonly person_name: string;
  readonly person_created_at: number;
};

/** A user of `userColumns`. */
export function joinedUser(row: JoinedUser): User {
  return userOf({ ...row, id: row.person_id, name: row.person_name, created_at: row.person_created_at });
}

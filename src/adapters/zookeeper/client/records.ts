import { type Instant, instant } from '../../../base/units.ts';
import type { JuteReader } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';
import { permissions } from './protocol.ts';

/** What ZooKeeper knows about a node beside its data. */
export type Stat = {
  /** Transactions that created the node, changed its data, and changed its list of children last. They only grow. */
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly pzxid: bigint;
  /** Times by the leader's wall clock. */
  readonly createdAt: Instant;
  readonly modifiedAt: Instant;
  /** How often its data, its children and its access control list were changed; each begins at 0. */
  readonly version: number;
  readonly childrenVersion: number;
  readonly aclVersion: number;
  /** The session that an ephemeral node belongs to; 0 for others. */
  readonly ephemeralOwner: bigint;
  readonly dataBytes: number;
  readonly childrenCount: number;
};

/** Who may do what with a node: a sum of `permissions` for an identity of a scheme. */
export type Acl = { readonly permissions: number; readonly scheme: string; readonly id: string };

/** A name under which the server knows this connection. */
export type Identity = { readonly scheme: string; readonly user: string };

/** Everybody may do everything. */
export const openAcl: readonly Acl[] = [{ permissions: permissions.all, scheme: 'world', id: 'anyone' }];

/** Only whoever creates the node, by each of its identities, may do anything with it. */
export const creatorAcl: readonly Acl[] = [{ permissions: permissions.all, scheme: 'auth', id: '' }];

export function readStat(reader: JuteReader): Stat {
  const czxid = reader.long();
  const mzxid = reader.long();
  const createdAt = instant(Number(reader.long()));
  const modifiedAt = instant(Number(reader.long()));
  const version = reader.int();
  const childrenVersion = reader.int();
  const aclVersion = reader.int();
  const ephemeralOwner = reader.long();
  const dataBytes = reader.int();
  const childrenCount = reader.int();
  const pzxid = reader.long();
  return {
    czxid,
    mzxid,
    pzxid,
    createdAt,
    modifiedAt,
    version,
    childrenVersion,
    aclVersion,
    ephemeralOwner,
    dataBytes,
    childrenCount,
  };
}

export function readAcl(reader: JuteReader): Acl {
  return { permissions: reader.int(), scheme: reader.string(), id: reader.string() };
}

export function writeAcl(writer: JuteWriter, acl: Acl): void {
  writer.int(acl.permissions);
  writer.string(acl.scheme);
  writer.string(acl.id);
}

export function readIdentity(reader: JuteReader): Identity {
  return { scheme: reader.string(), user: reader.string() };
}

import { limits } from '../../base/limits.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { ResultStatus } from '../checks/result.ts';
import type { DatasetDefinition, NotifyDefinition } from '../datasets/definition.ts';
import { isEmailAddress } from './email-address.ts';
import type { Message } from './message.ts';
import { releaseAt } from './quiet-hours.ts';

/** Where a message goes: `log`, `<type>:<position>`, or `email:<position>:<address>`; and when. */
export type PlannedMessage = { readonly channel: string; readonly dueAt: Instant };

/** What was told before on which channel, newest first. */
export type Told = {
  readonly channel: string;
  readonly createdAt: Instant;
  readonly message: Pick<Message, 'status' | 'incidents'>;
};

type Audience = Pick<DatasetDefinition, 'owner' | 'followers' | 'notify'>;

/**
 * Where a message goes, and when: always to the log at once; to each channel that wants its level, unless it only repeats
 * what was told shortly before, at the end of its quiet hours. Owners are told before followers.
 */
export function planMessage(of: {
  readonly audience: Audience;
  readonly message: Message;
  readonly told: readonly Told[];
  readonly at: Instant;
}): readonly PlannedMessage[] {
  const { audience, message, told, at } = of;
  const planned = audience.notify.flatMap((channel, position) => {
    if (!isWanted(channel, message)) return [];
    const dueAt = releaseAt(channel.quietHours, message.status, at);
    return placesOf(channel, position, audience)
      .filter(
        ({ name }) =>
          !isRepetition(channel, message, { told: told.filter((one) => one.channel === name), at }),
      )
      .map(({ name, delayMs }) => ({ channel: name, dueAt: instant(dueAt + delayMs) }));
  });
  return [{ channel: 'log', dueAt: at }, ...planned];
}

type Place = { readonly name: string; readonly delayMs: number };

/** Each address is a place of its own: what one server refuses holds nobody else back. */
function placesOf(channel: NotifyDefinition, position: number, { owner, followers }: Audience): Place[] {
  const name = `${channel.type}:${position}`;
  if (channel.type !== 'email') return [{ name, delayMs: 0 }];
  const addresses = channel.to ?? [owner, ...followers].filter(isEmailAddress);
  const inOrder = [...new Set(addresses)].sort((a, b) => Number(b === owner) - Number(a === owner));
  return inOrder.map((address) => ({
    name: `${name}:${address}`,
    delayMs: address === owner || !inOrder.includes(owner) ? 0 : limits.followerDelayMs,
  }));
}

const ranks = { not_evaluated: 0, pass: 0, warn: 1, fail: 2, error: 2 } as const satisfies Record<
  ResultStatus,
  number
>;

/** Ends of backfills and of incidents are told at every level: somebody waits for them. */
function isWanted(channel: NotifyDefinition, message: Message): boolean {
  const level = channel.level ?? (channel.type === 'webhook' ? 'pass' : 'warn');
  if (message.kind === 'backfill_finished' || message.kind === 'scan_arrived') return true;
  if (message.incidents.some(({ event }) => event === 'resolved')) return true;
  return ranks[message.status] >= ranks[level];
}

/** Whether a message says nothing but that incidents go on that the channel was told of, at least as badly, within the interval. */
function isRepetition(
  { repeatMs }: NotifyDefinition,
  { kind, status, incidents }: Message,
  { told, at }: { readonly told: readonly Told[]; readonly at: Instant },
): boolean {
  if (repeatMs === undefined || kind !== 'partition_checked' || incidents.length === 0) return false;
  return incidents.every(({ id, event }) => {
    if (event === 'opened' || event === 'resolved') return false;
    return told.some(
      (one) =>
        one.createdAt > at - repeatMs &&
        ranks[one.message.status] >= ranks[status] &&
        one.message.incidents.some((incident) => incident.id === id),
    );
  });
}

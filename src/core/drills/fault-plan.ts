import type { ClusterName } from '../../base/ids.ts';
import type { SeededChance } from './seeded-chance.ts';

/** kill: SIGKILL. pause: SIGSTOP, later SIGCONT. restart: SIGTERM. replace: a restart with a new build. */
export type FaultKind = 'kill' | 'pause' | 'restart' | 'replace';

/** Whom a fault hits. `leader`: the manager that leads its cluster at that moment. `zone`: everything in one zone. */
export type FaultScope =
  | { readonly kind: 'node'; readonly cluster: ClusterName }
  | { readonly kind: 'leader'; readonly cluster: ClusterName }
  | { readonly kind: 'standby'; readonly cluster: ClusterName }
  | { readonly kind: 'zookeeper' | 'postgres' | 'api' | 'scheduler' | 'zone' };

/** One fault of a drill, decided before it begins. */
export type PlannedFault = {
  /** From 1. */
  readonly number: number;
  /** The share of the drill's jobs after whose end it is due: 0–1, rising. */
  readonly moment: number;
  readonly kind: FaultKind;
  readonly scope: FaultScope;
  /** [0, 1): which one of several it hits. */
  readonly choice: number;
  /** How long it stays down or frozen, ms. */
  readonly lastsMs: number;
};

export type FaultRules = {
  readonly faults: number;
  /** Of the coordination sessions: pauses are both shorter and longer, so that some frozen processes wake as zombies. */
  readonly sessionTimeoutMs: number;
  /** The longest pause, for short drills. */
  readonly pauseMsMax: number;
  /** Whether a cluster lets itself be disturbed so; by default in every way. */
  readonly allows?: (kind: FaultKind, scope: FaultScope) => boolean;
};

/** The last fault leaves something to be done after it. */
const lastMoment = 0.95;

/**
 * Faults spread over a drill by chance: at random moments, so that some come together and some after a quiet while. The
 * kinds are dealt like cards, so that every one comes up as often as the others, the gravest first.
 */
export function planFaults(chance: SeededChance, rules: FaultRules): readonly PlannedFault[] {
  const moments = Array.from({ length: rules.faults }, () => chance.next() * lastMoment);
  const cards = dealt(chance, rules);
  return moments
    .toSorted((a, b) => a - b)
    .flatMap((moment, at) => {
      const card = cards[at];
      if (card === undefined) return [];
      const [kind, scope] = card;
      const lastsMs = lastingMs(kind, chance.next(), rules);
      return [{ number: at + 1, moment, kind, scope, choice: chance.next(), lastsMs }];
    });
}

type Card = readonly [FaultKind, FaultScope];

/** What a short drill must not miss. */
const grave: readonly Card[] = [
  ['kill', { kind: 'node', cluster: 'quality' }],
  ['kill', { kind: 'leader', cluster: 'quality' }],
  ['pause', { kind: 'node', cluster: 'ingestion' }],
  ['kill', { kind: 'zookeeper' }],
  ['kill', { kind: 'postgres' }],
  ['kill', { kind: 'zone' }],
];

const everything: readonly Card[] = [
  ...(['ingestion', 'quality'] as const).flatMap((cluster): Card[] => [
    ['kill', { kind: 'node', cluster }],
    ['kill', { kind: 'node', cluster }],
    ['pause', { kind: 'node', cluster }],
    ['restart', { kind: 'node', cluster }],
    ['kill', { kind: 'leader', cluster }],
    ['pause', { kind: 'leader', cluster }],
    ['restart', { kind: 'leader', cluster }],
    ['kill', { kind: 'standby', cluster }],
  ]),
  ['kill', { kind: 'zookeeper' }],
  ['pause', { kind: 'zookeeper' }],
  ['restart', { kind: 'zookeeper' }],
  ['kill', { kind: 'postgres' }],
  ['pause', { kind: 'postgres' }],
  ['restart', { kind: 'postgres' }],
  ['kill', { kind: 'scheduler' }],
  ['kill', { kind: 'api' }],
  ['kill', { kind: 'zone' }],
];

function dealt(chance: SeededChance, { faults, allows = () => true }: FaultRules): Card[] {
  const allowed = (cards: readonly Card[]): Card[] => cards.filter((card) => allows(...card));
  const cards = chance.shuffled(allowed(grave));
  const others = allowed(everything);
  while (cards.length < faults && others.length > 0) cards.push(...chance.shuffled(others));
  return cards.slice(0, faults);
}

/** Down for up to a second; frozen from a fifth of a session time-out to twice as long as one. */
function lastingMs(kind: FaultKind, share: number, { sessionTimeoutMs, pauseMsMax }: FaultRules): number {
  if (kind !== 'pause') return Math.round(share * 1_000);
  return Math.round(Math.min(pauseMsMax, sessionTimeoutMs * (0.2 + 1.8 * share)));
}

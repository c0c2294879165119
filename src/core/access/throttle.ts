import { minute, second } from '../../base/units.ts';

/** How an attacker who guesses is slowed down: each try beyond the free ones doubles the wait before the next. */
export type ThrottleRule = { readonly freeTries: number };

/** An account is guessed at from many addresses, an address guesses at many accounts and may be that of many people. */
export const throttleRules = {
  account: { freeTries: 5 },
  address: { freeTries: 25 },
} as const satisfies Record<string, ThrottleRule>;

const firstDelayMs = 1 * second;
const delayMsMax = 15 * minute;

/** The wait after so many failed tries in a row before the next one is looked at. */
export function throttleDelayMs(failures: number, { freeTries }: ThrottleRule): number {
  const beyond = failures - freeTries;
  if (beyond < 0) return 0;
  // From 2^20 on it is the longest anyway, and stays a number.
  return Math.min(firstDelayMs * 2 ** Math.min(beyond, 20), delayMsMax);
}

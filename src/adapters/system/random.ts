import { webcrypto } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import { systemClock } from './clock.ts';

/**
 * Chance from the operating system. Identifiers are made like ULIDs (github.com/ulid/spec): 48 bits of milliseconds and
 * 80 bits of chance in Crockford's base 32. Within a process they only grow, also when the clock is set back.
 */
export function createRandom(clock: Clock = systemClock): Random {
  let lastMs = -1;
  let lastChance = 0n;
  return {
    next: () => {
      const [high, low] = webcrypto.getRandomValues(new Uint32Array(2));
      return ((high ?? 0) * 2 ** 21 + ((low ?? 0) >>> 11)) / 2 ** 53;
    },
    id: () => {
      const nowMs = Math.floor(clock.now());
      if (nowMs > lastMs) {
        lastMs = nowMs;
        lastChance = chance();
      } else {
        lastChance += 1n;
      }
      return base32(BigInt(lastMs), 10) + base32(lastChance, 16);
    },
  };
}

/** 79 bits: the free highest bit leaves room to count up within a millisecond without an overflow. */
function chance(): bigint {
  const bytes = webcrypto.getRandomValues(new Uint8Array(10));
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value >> 1n;
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(value: bigint, characters: number): string {
  let text = '';
  let rest = value;
  while (text.length < characters) {
    text = (alphabet[Number(rest & 31n)] ?? '') + text;
    rest >>= 5n;
  }
  return text;
}

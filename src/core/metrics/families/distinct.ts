import { limits } from '../../../base/limits.ts';
import { readable } from '../codec/byte-reader.ts';
import { readSortedNumbers, writeSortedNumbers } from '../codec/sorted-numbers.ts';
import type { StateFamily } from '../family.ts';
import { hashAlgorithm, hashBits } from '../sketches/hash.ts';
import {
  distinctRelativeError,
  estimateDistinct,
  mergeRegisters,
  rankMax,
  registerCount,
  registersOf,
} from '../sketches/hyper-log-log.ts';
import { sortedSet, unionSorted } from '../sketches/sorted-set.ts';

/** The hashes themselves, ascending, up to `limits.exactDistinctMax`; HyperLogLog registers beyond. */
export type Distinct =
  | { readonly kind: 'exact'; readonly hashes: Float64Array }
  | { readonly kind: 'sketch'; readonly registers: Uint8Array };

/**
 * `distinct_count`: how many different values, nulls left out. Exact up to 4,096 (but for colliding hashes: a chance
 * below 1 in 30 million), then an estimate within 6.5 % (four standard errors). NaN is one value, as are 0 and −0.
 */
export const distinctFamily: StateFamily<Distinct> = {
  key: 'distinct',
  version: 1,
  applies: () => true,
  empty: () => ({ kind: 'exact', hashes: new Float64Array(0) }),
  merge: (a, b) => {
    if (a.kind === 'exact' && b.kind === 'exact') return settle(unionSorted(a.hashes, b.hashes));
    return { kind: 'sketch', registers: mergeRegisters(registers(a), registers(b)) };
  },
  fromFrequencies: ({ hashes }) => distinctOfHashes(hashes),
  metrics: (state) => [
    state.kind === 'exact'
      ? { metric: 'distinct_count', value: state.hashes.length, scale: 'count' }
      : {
          metric: 'distinct_count',
          value: estimateDistinct(state.registers),
          scale: 'count',
          relativeError: distinctRelativeError,
        },
  ],
  encode: (state, out) => {
    out.text(hashAlgorithm);
    out.byte(state.kind === 'exact' ? 0 : 1);
    if (state.kind === 'exact') writeSortedNumbers(out, state.hashes, hashBits);
    else out.bytes(packRegisters(state.registers));
  },
  decode: (_version, input) => {
    const algorithm = input.text();
    readable(algorithm === hashAlgorithm, `hashes were made by ${algorithm}`);
    const kind = input.byte();
    readable(kind <= 1, 'a set is of no known kind');
    if (kind === 0)
      return { kind: 'exact', hashes: readSortedNumbers(input, hashBits, limits.exactDistinctMax) };
    const unpacked = unpackRegisters(input.bytes((registerCount * 3) / 4));
    readable(
      unpacked.every((value) => value <= rankMax),
      'a register is out of range',
    );
    return { kind: 'sketch', registers: unpacked };
  },
};

/** The same set in less room: exact up to `limits.segmentDistinctMax` only. */
export function shortenDistinct(state: Distinct): Distinct {
  if (state.kind === 'sketch' || state.hashes.length <= limits.segmentDistinctMax) return state;
  return { kind: 'sketch', registers: registers(state) };
}

/** The state of hashes, in any order and not necessarily different. */
export function distinctOfHashes(hashes: Float64Array): Distinct {
  return settle(sortedSet(hashes));
}

function settle(hashes: Float64Array): Distinct {
  if (hashes.length <= limits.exactDistinctMax) return { kind: 'exact', hashes };
  return { kind: 'sketch', registers: registersOf(hashes) };
}

function registers(state: Distinct): Uint8Array {
  return state.kind === 'exact' ? registersOf(state.hashes) : state.registers;
}

/** Four registers of 6 bits in 3 bytes. */
function packRegisters(values: Uint8Array): Uint8Array {
  const packed = new Uint8Array((values.length * 3) / 4);
  for (let at = 0; at < values.length; at++) {
    const bit = at * 6;
    const shifted = (values[at] ?? 0) << (bit % 8);
    const byte = Math.floor(bit / 8);
    packed[byte] = (packed[byte] ?? 0) | (shifted & 0xff);
    if (shifted > 0xff) packed[byte + 1] = (packed[byte + 1] ?? 0) | (shifted >> 8);
  }
  return packed;
}

function unpackRegisters(packed: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: registerCount }, (_, at) => {
    const bit = at * 6;
    const byte = Math.floor(bit / 8);
    return (((packed[byte] ?? 0) | ((packed[byte + 1] ?? 0) << 8)) >> (bit % 8)) & 0x3f;
  });
}

export type LimitRules = {
  readonly sourceConcurrencyInitial: number;
  /** A call that takes this many times as long as is usual says that there are too many. */
  readonly sourceLatencyTolerance: number;
};

/** How many calls at once something takes well, as far as its latency has told. */
export type ConcurrencyLimit = {
  /** At least 1; a fraction of a call is what was learned of the next one. */
  readonly limit: number;
  /** What calls usually take, in milliseconds, by the order of magnitude of what they fetch. */
  readonly usualMs: readonly (readonly [size: number, ms: number])[];
};

/** The limit of something that nothing is known about. */
export function freshLimit({ sourceConcurrencyInitial }: LimitRules): ConcurrencyLimit {
  return { limit: sourceConcurrencyInitial, usualMs: [] };
}

export type MeasuredCall = {
  readonly failed: boolean;
  readonly tookMs: number;
  /** What it fetched; 0 of a call that fetches nothing to speak of. */
  readonly bytes: number;
  /** Calls at once when it ended, itself among them. */
  readonly running: number;
  /** What the owner of the data allows. */
  readonly ceiling: number;
};

/**
 * The limit after a call: the gradient of Netflix' concurrency-limits. The usual latency over the latency of this call says
 * how full the queue in front of the source is; the limit follows that quotient, with room for a short queue (the square
 * root), and slowly. A failure halves it (AIMD; Chiu and Jain, 1989). Unlike there, what is usual is learned from calls that
 * had the source almost for themselves: a mean over all calls follows the queue, and the limit then grows without end. And
 * since partitions differ in size, calls are compared with those that fetched about as much.
 */
export function learnLimit(known: ConcurrencyLimit, call: MeasuredCall, rules: LimitRules): ConcurrencyLimit {
  if (call.failed) return { ...known, limit: Math.max(1, known.limit / 2) };
  const size = sizeOf(call.bytes);
  const tookMs = Math.max(1, call.tookMs);
  const before = known.usualMs.find(([of]) => of === size)?.[1] ?? tookMs;
  const weight = call.running <= rules.sourceConcurrencyInitial ? partOfNewest : 0;
  const gradient = Math.min(1, Math.max(0.5, (rules.sourceLatencyTolerance * before) / tookMs));
  const usualMs = [
    ...known.usualMs.filter(([of]) => of !== size),
    [size, before + (tookMs - before) * weight] as const,
  ].slice(-sizesMax);
  const target = known.limit * gradient + Math.sqrt(known.limit);
  // Who does not use the limit learns nothing about a higher one. Tasks have calls under way for a part of their time only.
  const isUsed = call.running * 4 >= known.limit;
  const wanted = target > known.limit && !isUsed ? known.limit : target;
  const limit = known.limit + (wanted - known.limit) * smoothing;
  return { limit: Math.min(Math.max(1, limit), Math.max(1, call.ceiling)), usualMs };
}

const smoothing = 0.2;
/** The usual latency is a mean over about so many calls. */
const partOfNewest = 1 / 20;
const sizesMax = 16;

/** Powers of four: what is fetched costs its latency and its bytes. */
function sizeOf(bytes: number): number {
  return bytes <= 0 ? -1 : Math.floor(Math.log2(bytes) / 2);
}

/** Thrown when the program contradicts itself. Never caught to go on: the process ends and is started afresh. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Stops the program when `condition` does not hold. `message` says what was believed. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** For the `default` of an exhaustive switch: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`);
}

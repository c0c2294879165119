import { type Argon2Parameters, argon2, createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { FailureError, failure } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Credentials } from '../../ports/credentials.ts';

const derive = promisify(argon2);

/** How much work a hash is: OWASP's first choice for Argon2id (19 MiB, 2 passes, 1 lane). */
export type PasswordCost = { readonly memoryKib: number; readonly passes: number; readonly lanes: number };

const owaspCost: PasswordCost = { memoryKib: 19_456, passes: 2, lanes: 1 };
const saltBytes = 16;
const hashBytes = 32;

/** Secrets from the chance of the operating system, and passwords hashed by Argon2id in threads beside the event loop. */
export function createCredentials(cost: PasswordCost = owaspCost): Credentials {
  const queue = new HashQueue();
  const hashOf = async (password: string, kept: Kept): Promise<Buffer> =>
    queue.run(() =>
      derive('argon2id', {
        // One text has several forms in Unicode; people type any of them.
        message: password.normalize('NFKC'),
        nonce: kept.salt,
        parallelism: kept.cost.lanes,
        memory: kept.cost.memoryKib,
        passes: kept.cost.passes,
        tagLength: hashBytes,
      } satisfies Argon2Parameters),
    );
  return {
    token: () => randomBytes(32).toString('base64url'),
    digest: (token) => hash('sha256', token, 'base64url'),
    derived: (token, purpose) => createHmac('sha256', token).update(purpose).digest('base64url'),
    areSame: (a, b) => timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer')),
    hashPassword: async (password) => {
      const salt = randomBytes(saltBytes);
      return written({ cost, salt, hash: await hashOf(password, { cost, salt, hash: noHash }) });
    },
    verifyPassword: async (password, text) => {
      const kept = text === undefined ? undefined : read(text);
      // For somebody who is not there just as much is computed.
      const compared = kept ?? { cost, salt: nobodysSalt, hash: noHash };
      const isSame = timingSafeEqual(await hashOf(password, compared), compared.hash);
      const isRight = isSame && kept !== undefined;
      return { isRight, isOutdated: isRight && !isSameCost(compared.cost, cost) };
    },
  };
}

type Kept = { readonly cost: PasswordCost; readonly salt: Buffer; readonly hash: Buffer };

const noHash = Buffer.alloc(hashBytes);
const nobodysSalt = randomBytes(saltBytes);

/** The form that all programs of Argon2 write and read (PHC string format). */
function written({ cost, salt, hash: bytes }: Kept): string {
  const { memoryKib, passes, lanes } = cost;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${base64(salt)}$${base64(bytes)}`;
}

function read(text: string): Kept | undefined {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43})$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, memory, passes, lanes, salt = '', bytes = ''] = match;
  return {
    cost: { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(bytes, 'base64'),
  };
}

function isSameCost(a: PasswordCost, b: PasswordCost): boolean {
  return a.memoryKib === b.memoryKib && a.passes === b.passes && a.lanes === b.lanes;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/** Lets a few hashes be computed at once, so that a flood of them takes neither all memory nor all threads. */
class HashQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= limits.passwordHashesAtOnce) {
      if (this.#waiting.length >= limits.passwordHashesWaiting) {
        throw new FailureError(
          failure('NOT_READY', 'too many passwords are being checked at once', {
            hint: 'try again in a moment',
          }),
        );
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** Which requests with a key of their client's were answered already, in whichever process, and how. */
export interface RequestKeys {
  /** Takes a key for a request whose hash this is, unless it was answered or is under way. It is held for `leaseMs`. */
  claim(request: {
    readonly key: string;
    readonly hash: string;
    readonly leaseMs: number;
  }): Promise<KeyClaim>;
  /** Keeps the answer to a request that was claimed. The first one stands. */
  answer(key: string, answer: KeptAnswer): Promise<void>;
  /** Gives a key back that was claimed: the request has changed nothing. */
  release(key: string): Promise<void>;
  /** Forgets keys that are older than this; returns how many. */
  forget(olderThanMs: number): Promise<number>;
}

export type KeyClaim =
  /** The request is to be done. */
  | { readonly kind: 'claimed' }
  /** It was done: this was the answer. */
  | { readonly kind: 'answered'; readonly answer: KeptAnswer }
  /** Somebody does it now, or died while doing it less than `leaseMs` ago. */
  | { readonly kind: 'under_way' }
  /** The key is that of another request. */
  | { readonly kind: 'other_request' };

export type KeptAnswer = { readonly status: number; readonly body: string };

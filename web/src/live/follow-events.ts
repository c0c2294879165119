import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { BackfillView } from '../../../src/services/ingestion/backfills.ts';
import { EventText, type StreamEvent } from './event-text.ts';
import { setLiveState } from './live-state.ts';
import { staleAfter } from './stale-keys.ts';

/** What changes within this time is read again once. */
const gatherMs = 300;
/** Lists of all datasets are large: after one reading they are left alone for a while. */
const restMs = 5_000;
const backOffMs = { first: 1_000, most: 30_000 } as const;
/** What is shown first comes first; then it is looked at once more. */
const firstLookMs = 1_500;
/** The service gives a sign of life every 15 seconds. */
const silenceMs = 40_000;

/**
 * Keeps what the page shows up to date by the one stream of events of this tab, which rests while nobody sees the tab and
 * goes on where it was. Returns how to end it.
 */
export function followEvents(client: QueryClient): () => void {
  const stale = new StaleAnswers(client);
  const text = new EventText();
  let connection: AbortController | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let waitMs: number = backOffMs.first;
  let isKnownPlace = false;
  let firstLook: ReturnType<typeof setTimeout> | undefined;

  const told = (event: StreamEvent): void => {
    if (event.name === 'backfill.progress') showProgress(client, event);
    if (event.name === 'ready') {
      setLiveState('live');
      waitMs = backOffMs.first;
      // Whoever comes back to a place was told what it missed before this event; others may have missed what happened
      // between their first answers and now.
      if (!isKnownPlace) firstLook = setTimeout(() => stale.everything(), firstLookMs);
      isKnownPlace = true;
      return;
    }
    const keys = staleAfter(event);
    if (keys === 'everything') stale.everything();
    else stale.add(keys);
  };
  const connect = async (): Promise<void> => {
    connection?.abort();
    clearTimeout(retry);
    const own = new AbortController();
    connection = own;
    await readStream({ text, signal: own.signal, told }).catch(() => undefined);
    if (own.signal.aborted) return;
    setLiveState('away');
    // What is shown is looked after by asking again and again from now on.
    void client.invalidateQueries({ refetchType: 'active' }, { cancelRefetch: false });
    retry = setTimeout(() => void connect(), waitMs);
    waitMs = Math.min(waitMs * 2, backOffMs.most);
  };
  const rest = (): void => {
    connection?.abort();
    clearTimeout(retry);
  };
  const look = (): void => {
    if (document.visibilityState === 'hidden') rest();
    else void connect();
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    rest();
    clearTimeout(firstLook);
    stale.end();
  };
}

/** Reads the stream until it ends or is silent for too long. Throws when there is none. */
async function readStream(stream: {
  readonly text: EventText;
  readonly signal: AbortSignal;
  readonly told: (event: StreamEvent) => void;
}): Promise<void> {
  const { text, signal, told } = stream;
  text.begin();
  const silent = new AbortController();
  const headers = text.lastId === undefined ? {} : { 'last-event-id': text.lastId };
  let watch = setTimeout(() => silent.abort(), silenceMs);
  try {
    const answer = await fetch('/api/v1/events', {
      headers: { accept: 'text/event-stream', ...headers },
      signal: AbortSignal.any([signal, silent.signal]),
    });
    if (!answer.ok || answer.body === null) return;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(() => silent.abort(), silenceMs);
      for (const event of text.push(value)) told(event);
    }
  } finally {
    clearTimeout(watch);
  }
}

/** The one event that carries what it is about. */
function showProgress(client: QueryClient, { data }: StreamEvent): void {
  const view = JSON.parse(data) as BackfillView;
  client.setQueryData(['backfill', view.id], view);
  client.setQueriesData<{ backfills: readonly BackfillView[] }>({ queryKey: ['backfills'] }, (list) =>
    list === undefined
      ? undefined
      : { ...list, backfills: list.backfills.map((one) => (one.id === view.id ? view : one)) },
  );
}

/** Answers that are to be read again, gathered for a moment, so that a busy service is not asked at each change. */
class StaleAnswers {
  readonly #client: QueryClient;
  readonly #prompt = new Gathered(gatherMs, (keys) => this.#read(keys));
  readonly #lists = new Gathered(gatherMs, (keys) => this.#read(keys), restMs);

  constructor(client: QueryClient) {
    this.#client = client;
  }

  add(keys: readonly QueryKey[]): void {
    for (const key of keys) (key[0] === 'datasets' ? this.#lists : this.#prompt).add(key);
  }

  everything(): void {
    const predicate = ({ queryKey }: { readonly queryKey: QueryKey }) => queryKey[0] !== 'session';
    void this.#client.invalidateQueries({ predicate }, { cancelRefetch: false });
  }

  end(): void {
    this.#prompt.end();
    this.#lists.end();
  }

  #read(keys: readonly QueryKey[]): void {
    for (const queryKey of keys) void this.#client.invalidateQueries({ queryKey });
  }
}

/** Keys that come close together are handed on once; after that there is a rest. */
class Gathered {
  readonly #waitMs: number;
  readonly #restMs: number;
  readonly #handOn: (keys: readonly QueryKey[]) => void;
  readonly #keys = new Map<string, QueryKey>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restsUntil = 0;

  constructor(waitMs: number, handOn: (keys: readonly QueryKey[]) => void, rest = 0) {
    this.#waitMs = waitMs;
    this.#handOn = handOn;
    this.#restMs = rest;
  }

  add(key: QueryKey): void {
    this.#keys.set(JSON.stringify(key), key);
    const waitMs = Math.max(this.#waitMs, this.#restsUntil - Date.now());
    this.#timer ??= setTimeout(() => this.#end(), waitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #end(): void {
    this.#timer = undefined;
    this.#restsUntil = Date.now() + this.#restMs;
    const keys = [...this.#keys.values()];
    this.#keys.clear();
    this.#handOn(keys);
  }
}

// What the browser keeps: accounts and what was typed in local storage, conversations in IndexedDB.

/** A message as the page keeps and shows it. */
export interface Kept {
  /** Unique in the account: of what came, from the server's numbers; of what was sent, the key it was sent under. */
  readonly key: string;
  /** The conversation: `p:bob`, `r:room`, `g:group`. */
  readonly talk: string;
  readonly from: string;
  readonly mine: boolean;
  readonly text: string;
  /** Milliseconds since 1970, by this browser's clock: the order in which things are shown. */
  readonly at: number;
  /** When it was accepted, by the server's clock, where that is known. */
  readonly time?: number;
  /** note: a line of ours. */
  readonly state: 'sending' | 'stored' | 'delivered' | 'failed' | 'received' | 'note';
  /** Why it failed. */
  readonly why?: string;
  readonly id?: number;
  readonly serial?: number;
  readonly file?: {
    readonly name: string;
    readonly size: number;
    readonly state?: 'taken' | 'gone';
  };
}

/** Messages of one account that are kept and shown. */
const keptMax = 5000;

/** The conversations of one account. Without IndexedDB (some private windows) they last as long as the page. */
export class History {
  readonly #name: string;
  #db: Promise<IDBDatabase | undefined> | undefined;

  constructor(account: string) {
    this.#name = `chat ${account}`;
  }

  #open(): Promise<IDBDatabase | undefined> {
    return (this.#db ??= new Promise((resolve) => {
      try {
        const request = indexedDB.open(this.#name, 1);
        request.addEventListener('upgradeneeded', () =>
          request.result.createObjectStore('messages', { keyPath: 'key' }),
        );
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => resolve(undefined));
      } catch {
        resolve(undefined);
      }
    }));
  }

  /** Everything, oldest first; what is too much is forgotten. */
  async load(): Promise<Kept[]> {
    const db = await this.#open();
    if (!db) return [];
    const all = await new Promise<Kept[]>((resolve) => {
      const request = db.transaction('messages').objectStore('messages').getAll();
      request.addEventListener('success', () => resolve(request.result as Kept[]));
      request.addEventListener('error', () => resolve([]));
    });
    all.sort((a, b) => a.at - b.at);
    const surplus = all.splice(0, Math.max(0, all.length - keptMax));
    if (surplus.length > 0) {
      const store = db.transaction('messages', 'readwrite').objectStore('messages');
      for (const { key } of surplus) store.delete(key);
    }
    return all;
  }

  /** Resolves once the message is on disk as far as the browser can say. */
  async put(message: Kept): Promise<void> {
    const db = await this.#open();
    if (!db) return;
    await new Promise<void>((resolve) => {
      const transaction = db.transaction('messages', 'readwrite', { durability: 'strict' });
      transaction.objectStore('messages').put(message);
      transaction.addEventListener('complete', () => resolve());
      // A full disk: the message is on the screen, and asking the server for it for ever would help nobody.
      transaction.addEventListener('abort', () => resolve());
    });
  }

  async drop(key: string): Promise<void> {
    const db = await this.#open();
    db?.transaction('messages', 'readwrite').objectStore('messages').delete(key);
  }

  async erase(): Promise<void> {
    (await this.#open())?.close();
    this.#db = undefined;
    indexedDB.deleteDatabase(this.#name);
  }
}

/** A value in local storage; where there is none, in memory. */
function load<T>(key: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function save(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: it lasts as long as the page.
  }
}

/** A record less one of its fields. */
export const without = <T>(record: Readonly<Record<string, T>>, field: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== field));

/** The tokens of this browser's accounts, by alias. */
export const tokens = {
  all: (): Readonly<Record<string, string>> => load('chat.tokens', {}),
  of: (name: string): string | undefined => {
    const all = tokens.all();
    return Object.hasOwn(all, name) ? all[name] : undefined;
  },
  keep: (name: string, token: string): void =>
    save('chat.tokens', { ...tokens.all(), [name]: token }),
  forget: (name: string): void => {
    save('chat.tokens', without(tokens.all(), name));
  },
};

/** Tokens of registrations whose answer never came: the same token makes the same request again. */
export const pending = {
  of: (name: string): string | undefined => load<Record<string, string>>('chat.pending', {})[name],
  set: (name: string, token: string | undefined): void => {
    const rest = without(load<Record<string, string>>('chat.pending', {}), name);
    save('chat.pending', token === undefined ? rest : { ...rest, [name]: token });
  },
};

/** Who is logged in in this browser, over reloads. */
export const current = {
  name: (): string | undefined => load<string | undefined>('chat.current', undefined),
  set: (name: string | undefined): void => save('chat.current', name),
};

/** A message that was sent and not answered for yet. */
export interface Unsent {
  readonly key: string;
  readonly talk: string;
  readonly text: string;
  readonly at: number;
}

/** What one account keeps beside its messages. */
export class Notes {
  readonly #prefix: string;

  constructor(account: string) {
    this.#prefix = `chat/${account}/`;
  }

  get outbox(): readonly Unsent[] {
    return load(`${this.#prefix}outbox`, []);
  }
  addUnsent(unsent: Unsent): void {
    save(`${this.#prefix}outbox`, [...this.outbox, unsent]);
  }
  removeUnsent(key: string): void {
    save(
      `${this.#prefix}outbox`,
      this.outbox.filter((unsent) => unsent.key !== key),
    );
  }

  /** What stands in a conversation's field. */
  draft(talk: string): string {
    return load(`${this.#prefix}draft/${talk}`, '');
  }
  setDraft(talk: string, text: string): void {
    save(`${this.#prefix}draft/${talk}`, text === '' ? undefined : text);
  }

  get unread(): Readonly<Record<string, number>> {
    return load(`${this.#prefix}unread`, {});
  }
  set unread(counts: Readonly<Record<string, number>>) {
    save(`${this.#prefix}unread`, counts);
  }

  /** The rooms that are joined again after a reload. */
  get rooms(): readonly string[] {
    return load(`${this.#prefix}rooms`, []);
  }
  set rooms(names: readonly string[]) {
    save(`${this.#prefix}rooms`, names);
  }

  erase(): void {
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.#prefix)) localStorage.removeItem(key);
      }
    } catch {
      // Nothing was kept.
    }
  }
}

/** `bytes` random bytes in base64url. */
export function randomText(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...random))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

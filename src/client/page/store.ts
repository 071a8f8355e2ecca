// What the browser keeps in local storage: accounts, and what was typed and not sent.

import { limits } from '../../protocol/limits';

export interface Reaction {
  readonly mark: string;
  readonly by: readonly string[];
  readonly count: number;
  readonly own: boolean;
}

/** A message as the page stores and shows it. */
export interface StoredMessage {
  /** Unique in the account: made of the server's numbers if it came in, else the key that it was sent under. */
  readonly key: string;
  readonly conversation: string;
  readonly from: string;
  readonly mine: boolean;
  readonly text: string;
  /** Milliseconds since 1970, by this browser's clock: the order in which messages are shown. */
  readonly at: number;
  /** When the server accepted it, by the server's clock, where that is known. */
  readonly time?: number;
  /** `note`: a line of the page's own. */
  readonly state: 'sending' | 'stored' | 'delivered' | 'failed' | 'received' | 'note';
  /** Why it failed. */
  readonly why?: string;
  readonly id?: number;
  /** Its place in the server's history; it grows with time. */
  readonly serial?: number;
  readonly isEdited?: boolean;
  readonly isDeleted?: boolean;
  /** The serial of what it answers. */
  readonly reply?: number;
  readonly reactions?: readonly Reaction[];
  /** Said in a group: how many of those who should have it do. */
  readonly reached?: { readonly got: number; readonly of: number };
  readonly file?: {
    readonly name: string;
    readonly size: number;
    /** `fetched`: downloaded, but its user has not said that it has come. */
    readonly state?: 'fetched' | 'taken' | 'gone';
  };
}

/** What stays of a message that its author has taken back. */
export function deletedForm(message: StoredMessage): StoredMessage {
  const { key, conversation, from, mine, at, time, state, serial } = message;
  const known = { ...(time !== undefined && { time }), ...(serial !== undefined && { serial }) };
  return { key, conversation, from, mine, at, state, ...known, text: '', isDeleted: true };
}

/** A message that was sent and has no reply yet. */
export interface UnsentMessage {
  readonly key: string;
  readonly conversation: string;
  readonly text: string;
  readonly at: number;
  readonly reply?: number;
}

/** A record as it is written now. In records that the page wrote before, the conversation is the field `talk`. */
export function withConversation<T extends { readonly conversation: string }>(
  record: T & { readonly talk?: string },
): T {
  const { talk, ...rest } = record;
  return talk === undefined ? record : ({ ...rest, conversation: talk } as unknown as T);
}

/** Reads a value; `otherwise` where there is none, or the browser allows no storage. */
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
    // The storage is full or forbidden: the value is lost with the page.
  }
}

/** A record without one of its fields. */
export const without = <T>(record: Readonly<Record<string, T>>, field: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== field));

/** What a record has under a name; a name may be that of something that every object has. */
const entryOf = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const formerTokens = (): Readonly<Record<string, readonly string[]>> =>
  load('chat.tokens.former', {});

/** The tokens of this browser's accounts, by alias. */
export const tokens = {
  all: (): Readonly<Record<string, string>> => load('chat.tokens', {}),
  of: (name: string): string | undefined => entryOf(tokens.all(), name),
  /** Keeps a token that the server has taken. Another one of the same alias is kept behind it. */
  keep(name: string, token: string): void {
    const before = tokens.of(name);
    if (before !== undefined && before !== token) {
      const former = (entryOf(formerTokens(), name) ?? []).filter((one) => one !== token);
      const kept = [before, ...former].slice(0, limits.page.formerTokens);
      save('chat.tokens.former', { ...formerTokens(), [name]: kept });
    }
    save('chat.tokens', { ...tokens.all(), [name]: token });
  },
  /** The token of an alias was refused: the next time another one is shown, if there is any. */
  refused(name: string): void {
    const before = tokens.of(name);
    const [next, ...rest] = entryOf(formerTokens(), name) ?? [];
    if (before === undefined || next === undefined) return;
    save('chat.tokens', { ...tokens.all(), [name]: next });
    save('chat.tokens.former', { ...formerTokens(), [name]: [...rest, before] });
  },
  forget(name: string): void {
    save('chat.tokens', without(tokens.all(), name));
    save('chat.tokens.former', without(formerTokens(), name));
  },
};

/** Tokens of registrations whose reply never came: the same token makes the same request again. */
export const pendingTokens = {
  of: (name: string): string | undefined =>
    entryOf(load<Record<string, string>>('chat.pending', {}), name),
  set: (name: string, token: string | undefined): void => {
    const rest = without(load<Record<string, string>>('chat.pending', {}), name);
    save('chat.pending', token === undefined ? rest : { ...rest, [name]: token });
  },
};

/** The account that is logged in in this browser, over reloads. */
export const current = {
  name: (): string | undefined => load<string | undefined>('chat.current', undefined),
  set: (name: string | undefined): void => save('chat.current', name),
};

/** What the browser keeps for one account beside its messages. */
export class LocalState {
  readonly #prefix: string;

  constructor(account: string) {
    this.#prefix = `chat/${account}/`;
  }

  get outbox(): readonly UnsentMessage[] {
    return load<UnsentMessage[]>(`${this.#prefix}outbox`, []).map(withConversation);
  }
  addUnsent(unsent: UnsentMessage): void {
    save(`${this.#prefix}outbox`, [...this.outbox, unsent]);
  }
  removeUnsent(key: string): void {
    const rest = this.outbox.filter((unsent) => unsent.key !== key);
    save(`${this.#prefix}outbox`, rest);
  }

  /** What stands in a conversation's field. */
  draft(conversation: string): string {
    return load(`${this.#prefix}draft/${conversation}`, '');
  }
  setDraft(conversation: string, text: string): void {
    save(`${this.#prefix}draft/${conversation}`, text === '' ? undefined : text);
  }

  get unread(): Readonly<Record<string, number>> {
    return load(`${this.#prefix}unread`, {});
  }
  set unread(counts: Readonly<Record<string, number>>) {
    save(`${this.#prefix}unread`, counts);
  }

  /** By conversation: the server's place of the last change that is known here. */
  get changed(): Readonly<Record<string, number>> {
    return load(`${this.#prefix}changed`, {});
  }
  setChanged(conversation: string, upTo: number): void {
    save(`${this.#prefix}changed`, { ...this.changed, [conversation]: upTo });
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
      // The browser allows no storage: nothing was kept.
    }
  }
}

/** What a message, a payment or a line is known by: unique without asking anybody. */
export const newKey = (): string => randomText(12);

/** A new account's token, of 256 bits. */
export const newToken = (): string => randomText(32);

/** So many random bytes, in base64url. */
function randomText(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...random))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

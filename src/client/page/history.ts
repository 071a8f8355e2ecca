// A cache of the conversations of one account, in IndexedDB: the newest messages, of which the server has all.

import { limits } from '../../protocol/limits';
import { type StoredMessage, withConversation } from './store';

const storeName = 'messages';

/** Without IndexedDB (some private windows) conversations last as long as the page. */
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
          request.result.createObjectStore(storeName, { keyPath: 'key' }),
        );
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => resolve(undefined));
      } catch {
        resolve(undefined);
      }
    }));
  }

  /** Everything, oldest first; over `limits.page.storedMessages` the oldest are forgotten. */
  async load(): Promise<StoredMessage[]> {
    const db = await this.#open();
    if (!db) return [];
    const all = await new Promise<StoredMessage[]>((resolve) => {
      const request = db.transaction(storeName).objectStore(storeName).getAll();
      request.addEventListener('success', () =>
        resolve((request.result as StoredMessage[]).map(withConversation)),
      );
      request.addEventListener('error', () => resolve([]));
    });
    all.sort((a, b) => a.at - b.at);
    const surplus = all.splice(0, Math.max(0, all.length - limits.page.storedMessages));
    if (surplus.length > 0) {
      const store = db.transaction(storeName, 'readwrite').objectStore(storeName);
      for (const { key } of surplus) store.delete(key);
    }
    return all;
  }

  /** Resolves once the message is on disk, as far as the browser can say. */
  async put(message: StoredMessage): Promise<void> {
    const db = await this.#open();
    if (!db) return;
    await new Promise<void>((resolve) => {
      const transaction = db.transaction(storeName, 'readwrite', { durability: 'strict' });
      transaction.objectStore(storeName).put(message);
      transaction.addEventListener('complete', () => resolve());
      // The disk is full: the message is on the screen, and it would not help to have the server send it for ever.
      transaction.addEventListener('abort', () => resolve());
    });
  }

  /** The same for several. */
  async putAll(messages: readonly StoredMessage[]): Promise<void> {
    const db = await this.#open();
    if (!db || messages.length === 0) return;
    await new Promise<void>((resolve) => {
      const transaction = db.transaction(storeName, 'readwrite');
      const store = transaction.objectStore(storeName);
      for (const message of messages) store.put(message);
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => resolve());
    });
  }

  async drop(key: string): Promise<void> {
    const db = await this.#open();
    db?.transaction(storeName, 'readwrite').objectStore(storeName).delete(key);
  }

  async erase(): Promise<void> {
    (await this.#open())?.close();
    this.#db = undefined;
    indexedDB.deleteDatabase(this.#name);
  }
}

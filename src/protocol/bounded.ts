// A map and a set of a bounded size: where one more entry would be too many, the oldest is dropped.

/** A map of at most `most` entries. Setting a key that is there already keeps its place, as in any map. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: K, value: V): this {
    super.set(key, value);
    if (this.size > this.#most) deleteOldest(this);
    return this;
  }
}

/** A set of at most `most` members. Adding one that is there already keeps its place, as in any set. */
export class BoundedSet<T> extends Set<T> {
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override add(member: T): this {
    super.add(member);
    if (this.size > this.#most) deleteOldest(this);
    return this;
  }
}

/** Maps and sets keep the order in which their entries came. */
function deleteOldest<K>(entries: { keys(): Iterable<K>; delete(key: K): boolean }): void {
  for (const oldest of entries.keys()) {
    entries.delete(oldest);
    return;
  }
}

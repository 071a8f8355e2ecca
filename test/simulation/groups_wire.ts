// Bytes of the groups protocol for the simulation, written apart from the dialect's own codec: what it says is ASCII.

export interface Message {
  readonly head: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type Head = Readonly<Record<string, string | undefined>>;

export const encode = (head: Head, body: string | Uint8Array = ''): Buffer => {
  const lines = Object.entries({ ...head, 'Content-Length': String(body.length) });
  const named = lines.flatMap(([key, value]) => (value === undefined ? [] : `${key}: ${value}\n`));
  return Buffer.concat([Buffer.from(`${named.join('')}\n`), Buffer.from(body)]);
};

/** Messages out of bytes that come in pieces. */
export class Reader {
  #got = Buffer.alloc(0);

  take(bytes: Uint8Array): Message[] {
    this.#got = Buffer.concat([this.#got, bytes]);
    const messages: Message[] = [];
    for (;;) {
      const end = this.#got.indexOf('\n\n');
      if (end < 0) return messages;
      const lines = this.#got.toString('latin1', 0, end).split('\n');
      const head = Object.fromEntries(lines.map((line) => line.split(': ', 2) as [string, string]));
      const from = end + 2;
      const until = from + Number(head['Content-Length']);
      if (this.#got.length < until) return messages;
      messages.push({ head, body: this.#got.subarray(from, until) });
      this.#got = this.#got.subarray(until);
    }
  }
}

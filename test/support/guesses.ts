// Guesses of a password, from any number of addresses at once, beside two users who talk. The server believes what is said
// of addresses at 127.0.0.1, as a proxy's.

/** A key that one user of this module has. */
const keyOf = (name: string): string => name.padEnd(43, '-');

/** How long the answers to one kind took, in ms. */
export interface Times {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

export class Talker {
  readonly #socket: WebSocket;
  #ref = 0;
  readonly #replies = new Map<number, (reply: { readonly is: string }) => void>();
  #heard: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#take(String(data)));
  }

  /** A user who is registered, with a key, and logged in. */
  static async enter(port: number, name: string): Promise<Talker> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
    await new Promise((opened, failed) => {
      socket.addEventListener('open', opened);
      socket.addEventListener('error', failed);
    });
    const talker = new Talker(socket);
    const token = keyOf(name);
    await talker.ask({ do: 'register', name, fullName: name, born: '01/01/2000', token });
    await talker.ask({ do: 'login', name, token });
    return talker;
  }

  async ask(request: object): Promise<void> {
    const ref = ++this.#ref;
    const { promise, resolve } = Promise.withResolvers<{ readonly is: string }>();
    this.#replies.set(ref, resolve);
    this.#socket.send(`${JSON.stringify({ ...request, ref })}\n`);
    const reply = await promise;
    if (reply.is !== 'done') throw new Error(JSON.stringify(reply));
  }

  /** Writes to another and waits until they have it. */
  async write(other: Talker, name: string): Promise<void> {
    const heard = new Promise<void>((resolve) => (other.#heard = resolve));
    await Promise.all([
      this.ask({ do: 'send', to: name, text: 'hi', key: crypto.randomUUID() }),
      heard,
    ]);
  }

  leave(): void {
    this.#socket.close();
  }

  #take(lines: string): void {
    for (const line of lines.split('\n').filter((text) => text !== '')) {
      const message = JSON.parse(line) as { is: string; ref?: number; serial?: number };
      if (message.is === 'message') {
        const got = { do: 'got', ref: ++this.#ref, serial: message.serial };
        this.#socket.send(`${JSON.stringify(got)}\n`);
        this.#heard();
      } else if (message.ref !== undefined) this.#replies.get(message.ref)?.(message);
    }
  }
}

/** Guesses until it is told to stop, `atOnce` at a time; gives how often each status came. */
export async function guess(
  port: number,
  {
    name,
    addresses,
    atOnce,
    signal,
  }: {
    readonly name: string;
    readonly addresses: number;
    readonly atOnce: number;
    readonly signal: AbortSignal;
  },
): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>();
  let count = 0;
  const one = async (): Promise<void> => {
    while (!signal.aborted) {
      const number = count++ % addresses;
      const from = `10.9.${number >> 8}.${number & 255}`;
      const authorization = `Basic ${btoa(`${name}:guess number ${count}`)}`;
      const headers = { authorization, 'x-forwarded-for': from };
      const answer = await fetch(`http://127.0.0.1:${port}/api/users`, { headers, signal }).catch(
        () => undefined,
      );
      if (answer) statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return statuses;
}

/** Has two users talk, so many messages, and measures each. */
export async function talk(port: number, messages: number): Promise<Times> {
  const number = crypto.randomUUID().slice(0, 8);
  const one = await Talker.enter(port, `ann${number}`);
  const other = await Talker.enter(port, `ben${number}`);
  const times: number[] = [];
  for (let count = 0; count < messages; count++) {
    const start = performance.now();
    await one.write(other, `ben${number}`);
    times.push(performance.now() - start);
    await Bun.sleep(2);
  }
  one.leave();
  other.leave();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
  return { count: times.length, p50: at(0.5), p99: at(0.99) };
}

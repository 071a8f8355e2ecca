// Golden conversations: several clients at one real server, written as a script with a step on each line.

type Step = (who: string, text: string) => Promise<unknown>;

/**
 * Plays scripts. Every protocol has one of its own, which says what its steps do. A step is `WHO VERB TEXT`; empty
 * lines and those that begin with `--` are skipped. The verbs that all have:
 * - `ann connects` opens a connection, and what else a client does first;
 * - `ann > text` sends;
 * - `ann < text` reads one message, which must be that;
 * - `ann .` waits until the server has dealt with all that ann sent, and ann must have received nothing more;
 * - `ann |` waits for the server's end, before which nothing more may come;
 * - `ann leaves` closes the connection.
 */
export abstract class Conversation<Peer extends AsyncDisposable> implements AsyncDisposable {
  readonly peers = new Map<string, Peer>();
  protected readonly port: number;
  readonly #steps: Readonly<Record<string, Step>> = {
    connects: (who) => this.connect(who),
    '>': (who, text) => this.send(who, text),
    '<': (who, text) => this.reads(who, text),
    '.': (who) => this.hearsNothing(who),
    '|': async (who) => {
      await this.readsEnd(who);
      this.leave(who);
    },
    leaves: async (who) => this.leave(who),
  };

  constructor(port: number) {
    this.port = port;
  }

  abstract connect(who: string): Promise<Peer>;
  abstract send(who: string, text: string): Promise<void>;
  /** Reads the next message, which must be this one. */
  abstract reads(who: string, text: string): Promise<void>;
  /** Asks for something whose answer must come next: everything sent before has been dealt with. */
  abstract hearsNothing(who: string): Promise<void>;
  /** Waits for the server's end. */
  protected abstract readsEnd(who: string): Promise<void>;
  protected abstract close(peer: Peer): void;
  /** Verbs that only this protocol has. */
  protected get moreSteps(): Readonly<Record<string, Step>> {
    return {};
  }

  async play(script: string): Promise<void> {
    for (const line of script.split('\n')) {
      if (line.trim() !== '' && !line.trim().startsWith('--')) await this.#step(line);
    }
  }

  peer(who: string): Peer {
    const peer = this.peers.get(who);
    if (!peer) throw new Error(`${who} is not connected`);
    return peer;
  }

  leave(who: string): void {
    this.close(this.peer(who));
    this.peers.delete(who);
  }

  async #step(line: string): Promise<void> {
    const [, who = '', rest = ''] = /^\s*(\S+) (.*)$/.exec(line) ?? [];
    for (const [verb, step] of Object.entries({ ...this.#steps, ...this.moreSteps })) {
      if (rest !== verb && !rest.startsWith(`${verb} `)) continue;
      await step(who, rest.slice(verb.length + 1));
      return;
    }
    throw new Error(`this is no step: ${line}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.peers.values()) await peer[Symbol.asyncDispose]();
  }
}

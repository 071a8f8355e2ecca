// Users of the mailbox wire who outlive their server: they send, keep listening, and remember all they saw.

import type { Socket, TCPSocketListener } from 'bun';

import { connectTcp } from '../../support/tcp';

/** One message as a user saw it come. */
export interface Seen {
  readonly from: string;
  readonly id: string;
  readonly text: string;
  /** How many kills had happened when the call began. */
  readonly kills: number;
}

interface Call {
  readonly kills: number;
  text: string;
}

export class User {
  readonly name: string;
  readonly seen: Seen[] = [];
  /** Ids that the server confirmed as delivered, with the number of kills at that time. */
  readonly confirmed = new Map<string, number>();
  /** How often the server was killed so far. */
  kills = 0;
  readonly #listener: TCPSocketListener<Call>;
  readonly #changed: () => void;

  constructor(name: string, changed: () => void) {
    this.name = name;
    this.#changed = changed;
    this.#listener = Bun.listen<Call>({
      hostname: '127.0.0.1',
      port: 0,
      allowHalfOpen: true,
      socket: {
        open: (socket) => {
          socket.data = { kills: this.kills, text: '' };
        },
        data: (socket, bytes) => {
          socket.data.text += bytes.toString();
        },
        end: (socket: Socket<Call>) => {
          this.#heard(socket.data);
          socket.end();
        },
        error: () => {},
      },
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  #heard({ kills, text: said }: Call): void {
    const fields = said.split('\0');
    const [operation, first = '', id = '', text = ''] = fields;
    if (operation === 'SEND_MESS_ACK' && fields.length === 3) this.confirmed.set(first, this.kills);
    // A whole message only: with its last NUL.
    else if (operation === 'SEND_MESSAGE' && fields.length === 5) {
      this.seen.push({ from: first, id, text, kills });
    }
    this.#changed();
  }

  close(): void {
    this.#listener.stop(true);
  }
}

/** One operation: its answer's bytes, or undefined if the server was killed before it had answered. */
export async function operate(port: number, ...fields: string[]): Promise<Buffer | undefined> {
  try {
    const peer = await connectTcp(port);
    await peer.send(fields.map((field) => `${field}\0`).join(''));
    const answer = Buffer.from(await peer.readToEnd());
    peer.close();
    return answer.length > 0 ? answer : undefined;
  } catch {
    return undefined;
  }
}

// Users of the mailbox wire who outlive their server: they send, keep listening, and remember all that came.

import { type CallListener, operate, requestOf, takeCalls } from '../../protocol/mailbox/person';

/** One message as it came to a user. */
export interface Seen {
  readonly from: string;
  readonly id: string;
  readonly text: string;
  /** How many kills had happened when the call began. */
  readonly kills: number;
}

export class User {
  readonly name: string;
  readonly seen: Seen[] = [];
  /** Ids that the server confirmed as delivered, with the number of kills at that time. */
  readonly confirmed = new Map<string, number>();
  /** How often the server was killed so far. */
  kills = 0;
  readonly #listener: CallListener;

  constructor(name: string, changed: () => void) {
    this.name = name;
    this.#listener = takeCalls(
      () => this.kills,
      (said, kills) => {
        this.#called(said, kills);
        changed();
      },
    );
  }

  get port(): number {
    return this.#listener.port;
  }

  #called(said: string, kills: number): void {
    const fields = said.split('\0');
    const [operation, first = '', id = '', text = ''] = fields;
    if (operation === 'SEND_MESS_ACK' && fields.length === 3) this.confirmed.set(first, this.kills);
    // A whole message only: with its last NUL.
    else if (operation === 'SEND_MESSAGE' && fields.length === 5) {
      this.seen.push({ from: first, id, text, kills });
    }
  }

  close(): void {
    this.#listener.stop();
  }
}

/** The bytes of an operation's answer; nothing if the server was killed before it had answered. */
export async function answerBeforeKill(
  port: number,
  ...fields: string[]
): Promise<Buffer | undefined> {
  const end = await operate(port, requestOf(fields));
  return end.is !== 'refused' && end.bytes.length > 0 ? end.bytes : undefined;
}

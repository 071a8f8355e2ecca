// What the server says in its calls to a user of the mailbox door: messages, in parts perhaps, and confirmations.

import type { PrivateMessage, Stay } from './model';
import { isRest, type Stage } from './users';

/** What the calls need of their user. */
interface Deps {
  readonly stage: Stage;
  readonly name: string;
  account(): Stay | undefined;
  /** A message came with a file that is to be fetched. */
  fileWaits(message: PrivateMessage): void;
}

/** Whether the number of what this user sends is one that mailbox users see. */
const isNumbered = (from: string): boolean => /^(mia|wil)/.test(from);

export class IncomingCalls {
  readonly #deps: Deps;
  readonly #receipts: { readonly account: Stay; readonly id: number }[] = [];
  /** Texts of which only the first parts came, by sender and number. */
  readonly #parts = new Map<string, string>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** A call was made to its end; `life` is the server's that made it. */
  received([call, ...fields]: readonly string[], life: number): void {
    const { stage, name } = this.#deps;
    const account = this.#deps.account();
    switch (call) {
      case 'SEND_MESSAGE':
      case 'SEND_MESSAGE_ATTACH':
        // A server that died in the middle.
        if (fields.length < (call === 'SEND_MESSAGE' ? 4 : 5)) return;
        return this.#message(fields, life);
      case 'SEND_MESS_ACK':
      case 'SEND_MESS_ATTACH_ACK':
        if (account && fields.length >= 2) this.#receipts.push({ account, id: Number(fields[0]) });
        return;
      default:
        // What a dying server had not yet said whole.
        if (stage.machine.life === undefined) return;
        if (!['SEND_MESSAGE', 'SEND_MESS_ACK'].some((known) => known.startsWith(call ?? ''))) {
          stage.violated(`${name} was called with ${JSON.stringify([call, ...fields])}`);
        }
    }
  }

  #message([from = '', number = '', part = '']: readonly string[], life: number): void {
    const { stage, name } = this.#deps;
    const { machine, model, note } = stage;
    const text = this.#joined(`${from} ${number}`, part);
    if (text === undefined) return;
    // Bytes of a dead server still arrive, perhaps behind those of the next one.
    const isLate = machine.life?.number !== life;
    if (isLate) model.isUnderWay(text, life);
    const message = model.took([name], from, text, isNumbered(from) ? Number(number) : undefined);
    note(`${name} got ${message.word}`);
    machine.taken();
    // That it was taken never came to be known.
    if (isLate) message.mayRepeat = true;
    const isOld = message.stay !== this.#deps.account();
    if (message.file && message.fileIs === 'there' && !isOld) this.#deps.fileWaits(message);
  }

  /** The whole text that a part completes. A long text of another door comes in several calls, or begins again. */
  #joined(message: string, part: string): string | undefined {
    if (!isRest(part)) this.#parts.set(message, part);
    else {
      const begun = this.#parts.get(message);
      if (begun === undefined) return undefined;
      this.#parts.set(message, begun + part);
    }
    const text = this.#parts.get(message) ?? '';
    const word = /^m\d+/.exec(text)?.[0] ?? '';
    const isWhole = this.#deps.stage.model.messages.get(word)?.text === text;
    if (!isWhole && Buffer.byteLength(part) > 200) return undefined;
    this.#parts.delete(message);
    return text;
  }

  /** What was confirmed must have arrived. `ids` are the messages of an account by their numbers. */
  check(ids: ReadonlyMap<Stay, ReadonlyMap<number, PrivateMessage>>): void {
    const { stage, name } = this.#deps;
    for (const { account, id } of this.#receipts.splice(0)) {
      const message = ids.get(account)?.get(id);
      if (!message || message.takenAt !== undefined) continue;
      if (message.stay === undefined || message.stay.leftAt !== undefined) continue;
      stage.violated(`${message.word} was confirmed to ${name} and never arrived`);
    }
  }
}

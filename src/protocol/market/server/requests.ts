// What each request of a client that has entered asks of the hub, and how its outcome is answered.

import { comparableName } from '../../bytes/text';
import type { Outcome } from '../../commands';
import type { Host } from '../../dialect';
import { type Name, recipientNameOf, type RoomName, roomNameOf } from '../../model';
import { linesOfUsers } from '../wire/codec';
import { type Request, texts } from '../wire/messages';

export const dialectName = 'market';
export const room = roomNameOf(dialectName) as RoomName;

/** Carries out the requests of one client, each answered in its turn. */
export class MarketRequests {
  readonly #host: Host;
  readonly #name: Name;
  readonly #tell: (...lines: readonly string[]) => void;

  /** One function for all that is said, from the first time on: it is the same every time. */
  #afterSaying: ((outcome: Outcome<'say'>) => void) | undefined;

  constructor(host: Host, name: Name, tell: (...lines: readonly string[]) => void) {
    this.#host = host;
    this.#name = name;
    this.#tell = tell;
  }

  do(request: Exclude<Request, { is: 'quit' }>): void {
    switch (request.is) {
      case 'say':
        return this.#say(request.text);
      case 'private':
        return this.#writeTo(request.to, request.text);
      case 'users':
        return this.#users();
      case 'funds':
        return this.#funds();
      case 'transfer':
        return this.#transfer(request.to, request.amount);
      case 'block':
      case 'unblock':
        return this.#block(request.is, request.name);
      case 'bad-amount':
        return this.#answer(texts.badAmount);
      case 'beyond-money':
        return this.#answer(texts.insufficient);
      case 'malformed':
        return this.#answer(texts.malformed(request.form));
      case 'unknown':
        return this.#answer(texts.unknownCommand);
      case 'blank':
        return;
    }
  }

  #say(text: string): void {
    const { session } = this.#host;
    this.#afterSaying ??= (outcome) => {
      if (!outcome.ok) this.#tell(outcome.why === 'muted' ? texts.muted : texts.busy);
    };
    this.#host.submit({ do: 'say', session, room, text }, this.#afterSaying);
  }

  #writeTo(id: string, text: string): void {
    const to = recipientNameOf(id);
    if (to === undefined) return this.#answer(texts.notConnected(id));
    if (comparableName(to) === comparableName(this.#name)) return this.#answer(texts.writeOneself);
    const from = { session: this.#host.session };
    this.#host.submit({ do: 'direct', from, to, text, origin: dialectName }, (outcome) => {
      if (outcome.ok) {
        if (outcome.value.waiting) this.#tell(texts.waiting(id));
      } else if (outcome.why === 'unknown-user') this.#tell(texts.notConnected(id));
      else if (outcome.why === 'muted') this.#tell(texts.muted);
      else this.#tell(outcome.why === 'full' ? texts.full(id) : texts.busy);
    });
  }

  #users(): void {
    this.#host.submit({ do: 'users', asker: { session: this.#host.session } }, (outcome) => {
      if (!outcome.ok) this.#tell(texts.busy);
      else this.#tell(...linesOfUsers(outcome.value.users, dialectName));
    });
  }

  #block(is: 'block' | 'unblock', id: string): void {
    const name = recipientNameOf(id);
    if (name === undefined) return this.#answer(texts.notConnected(id));
    const { session } = this.#host;
    this.#host.submit<'block' | 'unblock'>({ do: is, session, name }, (outcome) => {
      if (outcome.ok) this.#tell(is === 'block' ? texts.blocked(id) : texts.unblocked(id));
      else this.#tell(blockRefusals[outcome.why]?.(id) ?? texts.busy);
    });
  }

  #funds(): void {
    this.#host.submit({ do: 'funds', session: this.#host.session }, (outcome) => {
      this.#tell(outcome.ok ? texts.funds(outcome.value.balance) : texts.busy);
    });
  }

  #transfer(id: string, amount: number): void {
    const to = recipientNameOf(id);
    if (to === undefined) return this.#answer(texts.notConnected(id));
    const { session } = this.#host;
    this.#host.submit({ do: 'transfer', session, to, amount }, (outcome) => {
      this.#tell(outcome.ok ? texts.sent(amount, id) : refusalOf(outcome.why, id));
    });
  }

  #answer(line: string): void {
    this.#host.inOrder(() => this.#tell(line));
  }
}

/** Why somebody is not blocked, where it is not for load. */
const blockRefusals: Readonly<Record<string, (id: string) => string>> = {
  'unknown-user': texts.notConnected,
  oneself: () => texts.blockOneself,
  'not-blocked': texts.notBlocked,
  'too-many': () => texts.tooMany,
};

type TransferRefusal = Extract<Outcome<'transfer'>, { ok: false }>['why'];

function refusalOf(why: TransferRefusal, id: string): string {
  switch (why) {
    case 'insufficient':
      return texts.insufficient;
    case 'to-oneself':
      return texts.payOneself;
    case 'not-connected':
      return texts.notConnected(id);
    case 'recipient-no-account':
      return texts.noAccount(id);
    case 'bad-amount':
      return texts.badAmount;
    case 'too-much':
      return texts.tooMuch(id);
    case 'no-account':
    case 'not-entered':
    case 'storage':
    case 'overloaded':
    case 'rate-limited':
    case 'internal':
      return texts.busy;
  }
}

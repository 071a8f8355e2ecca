// One connection's requests and their replies: what every handler is given.

import type { Command, OperationName, Outcome } from '../../commands';
import type { Host } from '../../dialect';
import type { Name } from '../../model';
import type { Reply, ReplyOf, Request, Verb } from '../wire/messages';

/** What this dialect is called where commands name one. */
export const dialect = 'web';

/** All verbs but `got`, which needs no hub. */
export type ServedVerb = Exclude<Verb, 'got'>;
type OutputOf<K extends OperationName> = Extract<Outcome<K>, { ok: true }>['value'];

export class WebReplies {
  readonly host: Host;
  readonly #reply: (reply: Reply) => void;
  /** The account that this connection last asked to be. */
  account: Name | undefined;

  constructor(host: Host, reply: (reply: Reply) => void) {
    this.host = host;
    this.#reply = reply;
  }

  /** Replies without asking the hub, behind the replies that are still owed. */
  done<V extends ServedVerb>({ ref }: Request<V>, value: ReplyOf<V>): void {
    this.host.inOrder(() => this.#reply({ is: 'done', ref, value }));
  }

  /** Refuses without asking the hub, behind the replies that are still owed. */
  refuse({ ref }: Request, why: string): void {
    this.host.inOrder(() => this.#reply({ is: 'refused', ref, why }));
  }

  /** Submits what a request asks for, and replies with its outcome. */
  submit<K extends OperationName, V extends ServedVerb>(
    { ref }: Request<V>,
    command: Command<K>,
    value: (output: OutputOf<K>) => ReplyOf<V>,
    key?: string,
  ): void {
    this.host.submit(
      command,
      (outcome) => {
        if (outcome.ok) this.#reply({ is: 'done', ref, value: value(outcome.value) });
        else this.#reply({ is: 'refused', ref, why: outcome.why });
      },
      key,
    );
  }
}

export type Handler<V extends ServedVerb> = (requests: WebReplies, request: Request<V>) => void;

/** A reply that says no more than that it was done. */
export const nothing = (): Record<string, never> => ({});

// Asking who is connected, and nothing else: the server tells it to a user who comes in, so this one comes in and leaves.

import { note } from '../../client_kit/note';
import type { ClientHost, Ending, Target } from '../../dialect';
import { limits } from '../../limits';
import { ok, refused, type Result } from '../../model';
import type { ListedUser } from '../wire/codec';
import type { Message } from '../wire/messages';
import { GroupsConnection, type GroupsConnectionEvents } from './connection';
import { endingOfStatus, statusOf, wordsFor } from './statuses';

type Done = (result: Result<readonly string[], Ending>) => void;

/** Asks for the users as `user`. The server tells them to a user only, so without one nothing is asked. */
export function listUsers(
  host: ClientHost,
  target: Target,
  user: string | undefined,
  done: Done,
): void {
  if (user !== undefined) return void new ListUsers(host, target, user, done);
  host.show(note(`Say who asks: groups://NAME@HOST:PORT, or ${host.hint('asker')}`));
  done(refused('usage'));
}

class ListUsers implements GroupsConnectionEvents {
  readonly #host: ClientHost;
  readonly #user: string;
  readonly #done: Done;
  readonly #cancelDeadline: () => void;
  #connection: GroupsConnection | undefined;
  #isOver = false;

  constructor(host: ClientHost, target: Target, user: string, done: Done) {
    this.#host = host;
    this.#user = user;
    this.#done = done;
    this.#cancelDeadline = host.after(limits.client.answerMs, () => this.lost());
    host.dial(
      (connection) =>
        (this.#connection = new GroupsConnection(connection, { ...target, user }, this)),
    );
  }

  /** The one who asks is not part of the answer. */
  accepted(users: readonly ListedUser[]): void {
    this.#connection?.say({ action: 'disconnect' });
    this.#end(ok(users.map(({ name }) => name).filter((name) => name !== this.#user)));
  }

  refused(answer: Message): void {
    const status = statusOf(answer);
    this.#host.show(note(`${this.#user}: ${wordsFor(status)}`));
    this.#end(refused(endingOfStatus(status)));
  }

  received(): void {}

  lost(): void {
    this.#end(refused('unreachable'));
  }

  #end(result: Result<readonly string[], Ending>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelDeadline();
    this.#connection?.drop();
    this.#done(result);
  }
}

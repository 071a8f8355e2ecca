// Asking who is here, and nothing else: the protocol tells it to who comes in, so the one who asks comes in and leaves.

import type { ClientHost, Ending, Target } from '../../dialect';
import { ok, refused, type Result } from '../../model';
import type { Message } from '../wire/messages';
import {
  GroupsConnection,
  type GroupsConnectionEvents,
  type ListedUser,
  whoIs,
} from './connection';
import { endings, note, statusOf, wordsFor } from './render';

/** How long the server may take to answer, in ms. */
const answerMs = 10_000;

export class ListUsers implements GroupsConnectionEvents {
  readonly #host: ClientHost;
  readonly #user: string;
  readonly #done: (result: Result<readonly string[], Ending>) => void;
  #attendance: GroupsConnection | undefined;
  readonly #cancelWait: () => void;
  #isOver = false;

  constructor(
    host: ClientHost,
    target: Target,
    user: string,
    done: (result: Result<readonly string[], Ending>) => void,
  ) {
    this.#host = host;
    this.#user = user;
    this.#done = done;
    this.#cancelWait = host.after(answerMs, () => this.#end(refused('unreachable')));
    host.dial(
      (connection) =>
        (this.#attendance = new GroupsConnection(connection, whoIs({ ...target, user }), this)),
    );
  }

  /** Whoever asks is here only to ask. */
  accepted(users: readonly ListedUser[]): void {
    this.#attendance?.say({ action: 'disconnect' });
    this.#end(ok(users.map(({ name }) => name).filter((name) => name !== this.#user)));
  }

  refused(answer: Message): void {
    const status = statusOf(answer);
    this.#host.show(note(`${this.#user}: ${wordsFor(status)}`));
    this.#end(refused(endings[status]));
  }

  heard(): void {}

  lost(): void {
    this.#end(refused('unreachable'));
  }

  #end(result: Result<readonly string[], Ending>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelWait();
    this.#attendance?.drop();
    this.#done(result);
  }
}

// What a client asks of the server beside messages: groups, files, and how refusals are shown.

import type { ClientHost, Ending, Shown } from '../../dialect';
import type { Content } from '../wire/codec';
import type { Message } from '../wire/messages';
import type { GroupsConnection } from './connection';
import { type Directory, nameFor } from './directory';
import type { Somebody, Typed } from './input';
import { endings, result, statusOf, wordsFor } from './render';
import type { Transfers } from './transfers';

export type Done = (ending: Ending) => void;

export class Commands {
  readonly #host: ClientHost;
  readonly #known: Directory;
  readonly #transfers: Transfers;
  readonly #attendance: () => GroupsConnection | undefined;
  readonly #failed: Done;

  /** `failed` hears how every order ended, well or not. */
  constructor(
    host: ClientHost,
    known: Directory,
    transfers: Transfers,
    attendance: () => GroupsConnection | undefined,
    failed: Done,
  ) {
    this.#host = host;
    this.#known = known;
    this.#transfers = transfers;
    this.#attendance = attendance;
    this.#failed = failed;
  }

  create(group: string, users: readonly Somebody[], done: Done): void {
    this.ask({ action: 'create', group }, done, (answer) => {
      if (answer.status !== 'ok') return this.#refuse(group, answer, done);
      this.#known.joined(group);
      this.#show(`The group ${group} is there; only you invite others to it.`, {
        type: 'created',
        group,
      });
      const all = this.#all(users.length, done);
      for (const user of users) this.invite(group, user, all);
      if (users.length === 0) done('done');
    });
  }

  invite(group: string, user: Somebody, done: Done): void {
    const whom = nameFor(user);
    const { group: _, ...headers } = this.#known.headers(user);
    const to = _ === undefined ? headers : { to: [whom] };
    this.ask({ action: 'invite', group, ...to }, done, (answer) => {
      if (answer.status !== 'ok') return this.#refuse(`${whom} into ${group}`, answer, done);
      this.#show(`${whom} is asked into ${group}`, { type: 'invitation', group, user: whom });
      done('done');
    });
  }

  member(what: 'join' | 'decline' | 'leave', group: string, done: Done): void {
    this.ask({ action: what === 'join' ? 'accept' : what, group }, done, (answer) => {
      if (answer.status !== 'ok') return this.#refuse(group, answer, done);
      if (what === 'join') this.#known.joined(group);
      else if (what === 'leave') this.#known.left(group);
      else this.#known.declined(group);
      this.#show(`${memberTexts[what]} the group ${group}.`, { type: what, group });
      done('done');
    });
  }

  /** One offer for all who are named, and one for each group and each port. */
  offer(path: string, to: readonly Somebody[], done: Done): void {
    const attendance = this.#attendance();
    if (attendance === undefined) return done('unreachable');
    const headers = to.map((somebody) => this.#known.headers(somebody));
    const names = headers.flatMap((one) => one.to ?? []);
    const offers = headers.filter((one) => one.to === undefined);
    if (names.length > 0) offers.unshift({ to: names });
    const all = this.#all(offers.length, (ending) => {
      this.#failed(ending);
      done(ending);
    });
    for (const recipients of offers) this.#transfers.offer(attendance, path, recipients, all);
  }

  decide(typed: Typed & { readonly is: 'accept' | 'reject' | 'cancel' }, done: Done): void {
    const attendance = this.#attendance();
    if (attendance === undefined) return done('unreachable');
    const { id } = typed;
    if (typed.is === 'accept') this.#transfers.accept(attendance, id, typed.path, done);
    else if (typed.is === 'reject') this.#transfers.reject(attendance, id, done);
    else this.#transfers.cancel(attendance, id, done);
  }

  // ---- answers

  ask(content: Content, done: Done, answered: (answer: Message) => void): void {
    this.#attendance()?.ask(content, (answer) => {
      if (answer === undefined) done('unreachable');
      else answered(answer);
    });
  }

  /** Calls `done` after so many, with the first failure. */
  #all(count: number, done: Done): Done {
    let open = count;
    let worst: Ending = 'done';
    return (ending) => {
      if (worst === 'done') worst = ending;
      if (--open === 0) done(worst);
    };
  }

  #refuse(what: string, answer: Message, done: Done): void {
    const status = statusOf(answer);
    const json = { type: 'refusal', what, why: status };
    this.fail(result(`${what}: ${wordsFor(status)}`, json), endings[status], done);
  }

  fail(what: Shown, ending: Ending, done: Done): void {
    this.#host.show(what);
    this.#failed(ending);
    done(ending);
  }

  #show(text: string, json: Readonly<Record<string, unknown>>): void {
    this.#host.show(result(text, json));
  }
}

const memberTexts = {
  join: 'You are in',
  decline: 'You stay out of',
  leave: 'You have left',
} as const;

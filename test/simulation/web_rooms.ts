// The rooms and groups that a user at the page's door comes into and leaves.

import type { Fields } from '../protocol/web/person';
import { Memberships } from './memberships';
import type { Hearing } from './model';
import { groupNames, type Stage } from './users';
import { isBusy, type Requests } from './web_requests';

const roomNames = ['attic', 'garden', 'market', 'relay', 'stairs'];

const ignored = { done: () => {}, refused: () => {}, lost: () => {} };

export class Rooms {
  readonly #stage: Stage;
  readonly #name: string;
  readonly #requests: Requests;
  readonly #rooms: Memberships;
  readonly groups: Memberships;
  #hearing: Hearing | undefined;
  #invitations: string[] = [];

  constructor(stage: Stage, name: string, requests: Requests) {
    this.#stage = stage;
    this.#name = name;
    this.#requests = requests;
    const now = (): number => stage.model.now();
    this.#rooms = new Memberships(now);
    this.groups = new Memberships(now);
  }

  /** Where the user may be. */
  get maybe(): readonly string[] {
    return [...this.#rooms.maybe, ...this.groups.maybe];
  }

  isSure(room: string): boolean {
    return this.#rooms.isSure(room) || this.groups.isSure(room);
  }

  hearsWith(hearing: Hearing | undefined): void {
    this.#hearing = hearing;
    if (hearing) this.groups.hearsWith(hearing);
    if (hearing) this.#rooms.hearsWith(hearing);
    this.#changed();
  }

  invited(group: string): void {
    this.#invitations.push(group);
  }

  /** The connection is no more: rooms are left with it, groups are not. */
  lost(): void {
    this.#rooms.gone();
    this.groups.lost();
  }

  /** The account is no more. */
  gone(): void {
    this.groups.gone();
    this.#rooms.gone();
    this.#invitations = [];
  }

  changeRooms(): void {
    const { chance } = this.#stage;
    const room = chance.of(roomNames);
    if (chance.is(0.1)) {
      this.#requests.ask({ request: { do: 'create', room }, ...ignored });
      return;
    }
    const leaves = chance.is(0.3);
    this.#change(this.#rooms, { do: leaves ? 'leave' : 'join', room }, { room, leaves });
  }

  changeGroups(): void {
    const { chance } = this.#stage;
    const group = chance.of(groupNames);
    const invitation = this.#invitations.pop();
    if (invitation !== undefined && chance.is(0.8)) {
      this.#change(this.groups, { do: 'group-accept', group: invitation }, { room: invitation });
    } else if (chance.is(0.5)) {
      const { name: to } = this.#stage.someRecipient(this.#name);
      this.#requests.ask({ request: { do: 'group-invite', group, to }, ...ignored });
    } else if (chance.is(0.6)) {
      this.#change(this.groups, { do: 'group-create', group }, { room: group });
    } else if (chance.is(0.3)) {
      this.#change(this.groups, { do: 'group-leave', group }, { room: group, leaves: true });
    } else this.listGroups();
  }

  listGroups(): void {
    this.#requests.ask({
      request: { do: 'group-list' },
      done: ({ groups }) => {
        this.groups.listed((groups as { readonly name: string }[]).map(({ name }) => name));
        this.#changed();
      },
      refused: () => this.listGroups(),
      lost: () => {},
    });
  }

  #change(
    belonging: Memberships,
    request: Fields,
    { room, leaves = false }: { readonly room: string; readonly leaves?: boolean },
  ): void {
    const wasSure = belonging.isSure(room);
    const change = belonging.ask(room, leaves);
    this.#changed();
    this.#requests.ask({
      request,
      done: () => {
        belonging.done(change);
        this.#changed();
      },
      refused: (why) => {
        if (leaves && wasSure && !isBusy(why)) {
          this.#stage.violated(`${this.#name} could not leave ${room}: ${why}`);
        }
        belonging.refused(change);
        this.#changed();
      },
      lost: () => {},
    });
  }

  #changed(): void {
    if (this.#hearing) this.#hearing.maybe = new Set(this.maybe);
  }
}

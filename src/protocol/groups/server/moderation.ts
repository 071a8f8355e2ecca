// Who leads a group moderates it, and people block others: what these requests ask of the hub.

import { decodeLossy } from '../../bytes/text';
import type { Outcome } from '../../commands';
import { type Name, recipientNameOf, type RoomName, roomNameOf } from '../../model';
import type { RoomAct } from '../../moderation';
import type { Message, ModerationAction, Status } from '../wire/messages';
import { moderationRefusal } from './refusals';
import type { UserContext } from './user_context';

type GroupAction = Exclude<ModerationAction, 'block' | 'unblock' | 'topic'>;

/** What each request is as an act; the body says why, in one line. */
const acts: { readonly [A in GroupAction]: (name: Name, reason: string) => RoomAct } = {
  kick: (name, reason) => ({ do: 'kick', name, reason }),
  ban: (mask, reason) => ({ do: 'ban', mask, reason }),
  unban: (mask) => ({ do: 'unban', mask }),
  mute: (name, reason) => ({ do: 'mute', name, reason }),
  unmute: (name) => ({ do: 'unmute', name }),
  give: (to) => ({ do: 'hand-over', to }),
};

export class GroupModeration {
  readonly #user: UserContext;

  constructor(user: UserContext) {
    this.#user = user;
  }

  do(message: Message, action: ModerationAction): void {
    const { replies } = this.#user;
    const name = recipientNameOf(message.to?.[0] ?? '');
    const isOne = action === 'topic' ? message.to === undefined : message.to?.length === 1;
    if (!isOne) return replies.confirmInOrder(message, 'bad-request');
    if (action !== 'topic' && name === undefined) {
      return replies.confirmInOrder(message, 'unknown-user');
    }
    if (action === 'block' || action === 'unblock') return this.#block(message, action, name);
    const room = roomNameOf(message.group ?? '');
    if (room === undefined) return replies.confirmInOrder(message, 'unknown-group');
    const text = decodeLossy(message.body);
    if (action === 'topic') this.#act(message, room, { do: 'topic', topic: text });
    else if (name !== undefined) this.#act(message, room, acts[action](name, text));
  }

  #act(message: Message, room: RoomName, act: RoomAct): void {
    const { session } = this.#user.host;
    this.#user.host.submit({ do: 'room-moderate', session, room, act }, (outcome) =>
      this.#confirm(message, outcome),
    );
  }

  #block(message: Message, action: 'block' | 'unblock', name: Name | undefined): void {
    const { session } = this.#user.host;
    if (name === undefined) return;
    this.#user.host.submit<'block' | 'unblock'>({ do: action, session, name }, (outcome) =>
      this.#confirm(message, outcome),
    );
  }

  #confirm(message: Message, outcome: Outcome<'room-moderate' | 'block' | 'unblock'>): void {
    const status: Status = outcome.ok ? 'ok' : moderationRefusal(outcome.why);
    this.#user.replies.confirm(message, status);
  }
}

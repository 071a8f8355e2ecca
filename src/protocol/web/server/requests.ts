// What each request asks of the hub, and how its outcome is worded.

import { isBirthDate, isFullName } from '../../bytes/validation';
import type { Command, OperationName, Outcome } from '../../commands';
import type { Host } from '../../dialect';
import { limits } from '../../limits';
import { type Name, nameOf, recipientNameOf, type RoomName, roomNameOf } from '../../model';
import type { AnswerOf, Request, Verb } from '../wire/messages';
import { hashOfToken } from './token';

/** What this dialect is called where commands name one. */
const dialect = 'web';

/** Says how a request ended. */
export interface Answers {
  done<K extends Verb>(request: Request<K>, value: AnswerOf<K>): void;
  refused(request: Request, why: string): void;
}

/** What a session keeps in mind between its requests. */
export interface Memory {
  /** The account that this connection last asked to be. */
  account: Name | undefined;
}

/** Serves every request but `got`, which needs no hub. */
export function serve(
  host: Host,
  request: Exclude<Request, { do: 'got' }>,
  memory: Memory,
  to: Answers,
): void {
  const { session, machine, remote: address } = host;
  /** A key means something to its account only. */
  const ownKey = (key: string): string => `${memory.account ?? session} ${key}`;
  const refuse = (why: string): void => host.inOrder(() => to.refused(request, why));

  function ask<K extends OperationName, V extends Verb>(
    about: Request<V>,
    command: Command<K>,
    value: (output: Extract<Outcome<K>, { ok: true }>['value']) => AnswerOf<V>,
    key?: string,
  ): void {
    host.submit(
      command,
      (outcome) => {
        if (!outcome.ok) to.refused(about as Request, outcome.why);
        else to.done(about, value(outcome.value as never));
      },
      key,
    );
  }

  /** The commands on a room or a group that are told nothing but that they are done. */
  function onRoom(room: string, command: (room: RoomName) => Command): void {
    const name = roomNameOf(room);
    if (!name) return refuse('bad-name');
    host.submit(command(name) as Command<'room-join'>, (outcome) => {
      if (outcome.ok) to.done(request as Request<'join'>, {});
      else to.refused(request, outcome.why);
    });
  }

  switch (request.do) {
    case 'register': {
      const { fullName, born, token } = request;
      const name = nameOf(request.name);
      if (!name || !isFullName(fullName)) return refuse('bad-name');
      if (!isBirthDate(born, host.now)) return refuse('bad-date');
      const tokenHash = hashOfToken(token);
      return ask(
        request,
        { do: 'register', name, fullName, born, host: address.host, tokenHash },
        () => ({}),
        // Only who has the token can ask for the same again.
        `register ${name} ${tokenHash}`,
      );
    }
    case 'login': {
      const account = nameOf(request.name);
      if (!account) return refuse('unknown-user');
      memory.account = account;
      const tokenHash = hashOfToken(request.token);
      const at = { session, dialect, machine, address };
      return ask(
        request,
        { do: 'login', ...at, account, tokenHash, watches: true },
        ({ name }) => ({ name }),
      );
    }
    case 'logout':
      memory.account = undefined;
      return ask(request, { do: 'leave', session }, () => ({}));
    case 'unregister': {
      const { account } = memory;
      if (!account) return refuse('not-entered');
      return ask(request, { do: 'unregister', account, host: address.host, session }, () => ({}));
    }
    case 'users':
      return ask(request, { do: 'users', asker: { session } }, ({ users }) => ({
        users: users
          .slice(0, limits.web.jsonUsers)
          .map(({ name, kind, dialect: door }) => ({ name, kind, door })),
        count: users.length,
      }));
    case 'send': {
      const addressee = recipientNameOf(request.to);
      if (!addressee) return refuse('unknown-user');
      const { text, key } = request;

      return ask(
        request,
        { do: 'direct', from: { session }, to: addressee, text, origin: dialect },
        ({ id, serial, waiting }) => ({ id, serial, waiting }),
        ownKey(key),
      );
    }
    case 'say': {
      const room = roomNameOf(request.room);
      if (!room) return refuse('not-member');
      const { text, key } = request;
      const at = host.now;
      return ask(request, { do: 'say', session, room, text }, () => ({ at }), ownKey(key));
    }
    case 'undelivered':
      return ask(
        request,
        { do: 'undelivered', session, serials: request.serials },
        ({ waiting }) => ({ waiting: [...waiting] }),
      );
    case 'rooms':
      return ask(request, { do: 'rooms', session }, ({ rooms }) => ({ rooms: [...rooms] }));
    case 'create':
      return onRoom(request.room, (room) => ({ do: 'room-create', session, room }));
    case 'join':
      return onRoom(request.room, (room) => ({ do: 'room-join', session, room }));
    case 'leave':
      return onRoom(request.room, (room) => ({ do: 'room-leave', session, room }));
    case 'group-list':
      return ask(request, { do: 'group-list', session }, ({ groups }) => ({
        groups: groups.map(({ name, creates, members }) => ({
          name,
          creates,
          members: [...members],
        })),
      }));
    case 'group-create':
    case 'group-accept':
    case 'group-decline':
    case 'group-leave': {
      const { do: verb } = request;
      return onRoom(request.group, (group) => ({ do: verb, session, group }));
    }
    case 'group-invite': {
      const invited = nameOf(request.to);
      if (!invited) return refuse('unknown-user');
      return onRoom(request.group, (group) => ({
        do: 'group-invite',
        session,
        group,
        to: invited,
      }));
    }
    case 'balance':
      return ask(request, { do: 'balance-set', session, amount: request.amount }, copied);
    case 'funds':
      return ask(request, { do: 'funds', session }, ({ balance }) => ({ balance }));
    case 'transfer': {
      const payee = recipientNameOf(request.to);
      if (!payee) return refuse('not-connected');
      return ask(
        request,
        { do: 'transfer', session, to: payee, amount: request.amount },
        copied,
        ownKey(request.key),
      );
    }
    case 'doors': {
      const { open } = request;
      return ask(
        request,
        { do: 'token-required', session, ...(open !== undefined && { required: !open }) },
        ({ required }) => ({ open: !required }),
      );
    }
    case 'ping':
      return host.inOrder(() => to.done(request, {}));
  }
}

const copied = ({ before, after }: { readonly before: number; readonly after: number }) => ({
  before,
  after,
});

// What each request asks of the hub, and how its outcome is worded as a reply: one handler a verb.

import type { Balances } from '../../commands';
import { limits } from '../../limits';
import { nameOf, recipientNameOf, type RoomName, roomNameOf } from '../../model';
import type { ReplyOf, Request } from '../wire/messages';
import { historyRequests } from './history';
import { identityHandlers } from './identity';
import { moderationHandlers } from './moderation';
import { dialect, type Handler, nothing, type ServedVerb, WebReplies } from './replies';

/** Serves the requests of one connection. */
export class WebRequests extends WebReplies {
  serve(request: Request<ServedVerb>): void {
    const handle = handlers[request.do] as (requests: this, request: Request) => void;
    handle(this, request);
  }
}

const balances = ({ before, after }: Balances): ReplyOf<'balance'> => ({ before, after });

const logout: Handler<'logout'> = (requests, request) => {
  requests.account = undefined;
  requests.submit(request, { do: 'leave', session: requests.host.session }, nothing);
};

const unregister: Handler<'unregister'> = (requests, request) => {
  const { account } = requests;
  const { remote, session } = requests.host;
  if (!account) return requests.refuse(request, 'not-entered');
  requests.submit(request, { do: 'unregister', account, host: remote.host, session }, nothing);
};

const users: Handler<'users'> = (requests, request) => {
  const { session } = requests.host;
  requests.submit(request, { do: 'users', asker: { session } }, (output) => ({
    // The users' addresses are not shown to other users.
    users: output.users
      .slice(0, limits.web.jsonUsers)
      .map(({ name, kind, dialect: door }) => ({ name, kind, door })),
    count: output.users.length,
  }));
};

const send: Handler<'send'> = (requests, request) => {
  const { session } = requests.host;
  const to = recipientNameOf(request.to);
  if (!to) return requests.refuse(request, 'unknown-user');
  requests.submit(
    request,
    {
      do: 'direct',
      from: { session },
      to,
      text: request.text,
      origin: dialect,
      ...(request.reply !== undefined && { reply: request.reply }),
    },
    ({ id, serial, waiting }) => ({ id, serial, waiting }),
    request.key,
  );
};

const say: Handler<'say'> = (requests, request) => {
  const { session, now: at } = requests.host;
  const room = roomNameOf(request.room);
  if (!room) return requests.refuse(request, 'not-member');
  const { text, reply } = request;
  requests.submit(
    request,
    { do: 'say', session, room, text, ...(reply !== undefined && { reply }) },
    ({ serial }) => ({ at, ...(serial !== undefined && { serial }) }),
    request.key,
  );
};

const undelivered: Handler<'undelivered'> = (requests, request) => {
  const { session } = requests.host;
  requests.submit(
    request,
    { do: 'undelivered', session, serials: request.serials },
    ({ waiting }) => ({ waiting: [...waiting] }),
  );
};

const listRooms: Handler<'rooms'> = (requests, request) => {
  const { session } = requests.host;
  requests.submit(request, { do: 'rooms', session }, ({ rooms }) => ({ rooms: [...rooms] }));
};

const listGroups: Handler<'group-list'> = (requests, request) => {
  const { session } = requests.host;
  requests.submit(request, { do: 'group-list', session }, ({ groups }) => ({
    groups: groups.map(({ name, creates, members }) => ({ name, creates, members: [...members] })),
  }));
};

/** A request on a room that exists or is to exist, by the operation of the hub that it asks for. */
const onRoom =
  (operation: 'room-create' | 'room-join' | 'room-leave'): Handler<'create' | 'join' | 'leave'> =>
  (requests, request) => {
    const room: RoomName | undefined = roomNameOf(request.room);
    if (!room) return requests.refuse(request, 'bad-name');
    requests.submit(request, { do: operation, session: requests.host.session, room }, nothing);
  };

/** The same on a group: verb and operation have one name. */
const onGroup: Handler<'group-create' | 'group-accept' | 'group-decline' | 'group-leave'> = (
  requests,
  request,
) => {
  const group = roomNameOf(request.group);
  if (!group) return requests.refuse(request, 'bad-name');
  requests.submit(request, { do: request.do, session: requests.host.session, group }, nothing);
};

const invite: Handler<'group-invite'> = (requests, request) => {
  const { session } = requests.host;
  const to = nameOf(request.to);
  if (!to) return requests.refuse(request, 'unknown-user');
  const group = roomNameOf(request.group);
  if (!group) return requests.refuse(request, 'bad-name');
  requests.submit(request, { do: 'group-invite', session, group, to }, nothing);
};

const setBalance: Handler<'balance'> = (requests, request) => {
  const { session } = requests.host;
  requests.submit(request, { do: 'balance-set', session, amount: request.amount }, balances);
};

const funds: Handler<'funds'> = (requests, request) => {
  const { session } = requests.host;
  requests.submit(request, { do: 'funds', session }, ({ balance }) => ({ balance }));
};

const transfer: Handler<'transfer'> = (requests, request) => {
  const { session } = requests.host;
  const to = recipientNameOf(request.to);
  if (!to) return requests.refuse(request, 'not-connected');
  const { amount, key } = request;
  requests.submit(request, { do: 'transfer', session, to, amount }, balances, key);
};

const doors: Handler<'doors'> = (requests, request) => {
  const { session } = requests.host;
  const { open } = request;
  requests.submit(
    request,
    { do: 'credential-required', session, ...(open !== undefined && { required: !open }) },
    ({ required }) => ({ open: !required }),
  );
};

const handlers: { readonly [V in ServedVerb]: Handler<V> } = {
  ...identityHandlers,
  ...moderationHandlers,
  ...historyRequests,
  logout,
  unregister,
  users,
  send,
  say,
  undelivered,
  rooms: listRooms,
  create: onRoom('room-create'),
  join: onRoom('room-join'),
  leave: onRoom('room-leave'),
  'group-list': listGroups,
  'group-create': onGroup,
  'group-invite': invite,
  'group-accept': onGroup,
  'group-decline': onGroup,
  'group-leave': onGroup,
  balance: setBalance,
  funds,
  transfer,
  doors,
  ping: (requests, request) => requests.done(request, {}),
};

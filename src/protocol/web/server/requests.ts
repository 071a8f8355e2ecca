// What each request asks of the hub, and how its outcome is worded as a reply: one handler a verb.

import { hashOfToken } from '../../bytes/token';
import { isBirthDate, isFullName } from '../../bytes/validation';
import type { Balances, Command, OperationName, Outcome } from '../../commands';
import type { Host } from '../../dialect';
import { limits } from '../../limits';
import { type Name, nameOf, recipientNameOf, type RoomName, roomNameOf } from '../../model';
import type { Reply, ReplyOf, Request, Verb } from '../wire/messages';

/** What this dialect is called where commands name one. */
const dialect = 'web';

/** All verbs but `got`, which needs no hub. */
type ServedVerb = Exclude<Verb, 'got'>;
type OutputOf<K extends OperationName> = Extract<Outcome<K>, { ok: true }>['value'];

/** Serves the requests of one connection. */
export class WebRequests {
  readonly host: Host;
  readonly #reply: (reply: Reply) => void;
  /** The account that this connection last asked to be. */
  account: Name | undefined;

  constructor(host: Host, reply: (reply: Reply) => void) {
    this.host = host;
    this.#reply = reply;
  }

  serve(request: Request<ServedVerb>): void {
    const handle = handlers[request.do] as (requests: this, request: Request) => void;
    handle(this, request);
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

type Handler<V extends ServedVerb> = (requests: WebRequests, request: Request<V>) => void;

const nothing = (): Record<string, never> => ({});
const balances = ({ before, after }: Balances): ReplyOf<'balance'> => ({ before, after });

const register: Handler<'register'> = (requests, request) => {
  const { fullName, born, token } = request;
  const { host } = requests;
  const name = nameOf(request.name);
  if (!name || !isFullName(fullName)) return requests.refuse(request, 'bad-name');
  if (!isBirthDate(born, host.now)) return requests.refuse(request, 'bad-date');
  const tokenHash = hashOfToken(token);
  requests.submit(
    request,
    { do: 'register', name, fullName, born, host: host.remote.host, tokenHash },
    nothing,
  );
};

const login: Handler<'login'> = (requests, request) => {
  const { session, machine, remote: address } = requests.host;
  const account = nameOf(request.name);
  if (!account) return requests.refuse(request, 'unknown-user');
  requests.account = account;
  const tokenHash = hashOfToken(request.token);
  const connection = { session, dialect, machine, address };
  requests.submit(
    request,
    { do: 'login', ...connection, account, tokenHash, watches: true },
    ({ name }) => ({ name }),
  );
};

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
    { do: 'direct', from: { session }, to, text: request.text, origin: dialect },
    ({ id, serial, waiting }) => ({ id, serial, waiting }),
    request.key,
  );
};

const say: Handler<'say'> = (requests, request) => {
  const { session, now: at } = requests.host;
  const room = roomNameOf(request.room);
  if (!room) return requests.refuse(request, 'not-member');
  const { text } = request;
  requests.submit(request, { do: 'say', session, room, text }, () => ({ at }), request.key);
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
    { do: 'token-required', session, ...(open !== undefined && { required: !open }) },
    ({ required }) => ({ open: !required }),
  );
};

const handlers: { readonly [V in ServedVerb]: Handler<V> } = {
  register,
  login,
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

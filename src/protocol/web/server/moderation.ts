// Moderation over this wire: roles, acts and lists, what holds in rooms, and whom the user blocks.

import { codeFrom } from '../../bytes/secret';
import { hashOfSecret } from '../../bytes/token';
import { limits } from '../../limits';
import { nameOf, recipientNameOf, roomNameOf } from '../../model';
import { actOf, roomActOf } from '../../moderation_schema';
import { type Handler, nothing, type ServedVerb } from './replies';

type ModerationVerb = Extract<
  ServedVerb,
  | 'role'
  | 'moderate'
  | 'moderation-list'
  | 'room-moderate'
  | 'room-info'
  | 'block'
  | 'unblock'
  | 'blocks'
>;

const role: Handler<'role'> = (requests, request) => {
  const { session } = requests.host;
  requests.submit(request, { do: 'role', session }, ({ role: own }) => ({ role: own }));
};

const moderate: Handler<'moderate'> = (requests, request) => {
  const { host } = requests;
  const needsCode = codeVerbs.includes(String(request.act['do']));
  const code = needsCode ? codeFrom(host.secret()) : undefined;
  const hash = code === undefined ? {} : { hash: hashOfSecret(code) };
  const act = actOf({ ...request.act, ...hash });
  if (!act) return requests.refuse(request, 'bad-request');
  const by = { session: host.session };
  requests.submit(request, { do: 'moderate', by, act }, ({ count }) => ({
    count,
    ...(code !== undefined && { code }),
  }));
};

/** Acts that make a code: the server makes it, and only who asked sees it. */
const codeVerbs: readonly string[] = ['credentials-reset', 'invite'];

const list: Handler<'moderation-list'> = (requests, request) => {
  const { session } = requests.host;
  const { of, after } = request;
  requests.submit(
    request,
    {
      do: 'moderation-list',
      by: { session },
      of,
      most: limits.web.listedRows,
      ...(after !== undefined && { after }),
    },
    ({ rows, next }) => ({ rows: [...rows], ...(next !== undefined && { next }) }),
  );
};

const roomModerate: Handler<'room-moderate'> = (requests, request) => {
  const { session } = requests.host;
  const room = roomNameOf(request.room);
  const act = roomActOf(request.act);
  if (!room || !act) return requests.refuse(request, 'bad-request');
  requests.submit(request, { do: 'room-moderate', session, room, act }, nothing);
};

const roomInfo: Handler<'room-info'> = (requests, request) => {
  const { session } = requests.host;
  const room = roomNameOf(request.room);
  if (!room) return requests.refuse(request, 'unknown-room');
  requests.submit(request, { do: 'room-info', session, room }, (info) => ({
    ...info,
    operators: [...info.operators],
    voices: [...info.voices],
    bans: [...info.bans],
    mutes: [...info.mutes],
  }));
};

const block: Handler<'block'> = (requests, request) => {
  const { session } = requests.host;
  const name = recipientNameOf(request.name);
  if (!name) return requests.refuse(request, 'unknown-user');
  requests.submit(request, { do: 'block', session, name }, nothing);
};

const unblock: Handler<'unblock'> = (requests, request) => {
  const { session } = requests.host;
  const name = nameOf(request.name) ?? recipientNameOf(request.name);
  if (!name) return requests.refuse(request, 'not-blocked');
  requests.submit(request, { do: 'unblock', session, name }, nothing);
};

const blocks: Handler<'blocks'> = (requests, request) => {
  const { session } = requests.host;
  requests.submit(request, { do: 'blocks', session }, ({ names }) => ({ names: [...names] }));
};

export const moderationHandlers: { readonly [V in ModerationVerb]: Handler<V> } = {
  role,
  moderate,
  'moderation-list': list,
  'room-moderate': roomModerate,
  'room-info': roomInfo,
  block,
  unblock,
  blocks,
};

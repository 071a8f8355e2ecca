// Blocking: nothing of a person's is delivered to who blocks them, and they are not told.

import { limits } from '../../../protocol/limits';
import { ok, refused } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import { keyOf } from '../names';
import type { SessionRow } from '../state/sessions';
import { recipientOf } from '../state/users';

/** From now on rooms are told to every session of the user without those whom they block. */
function tellDelivery({ blocks, sessions }: HubState, context: CommandContext, of: SessionRow) {
  const recipient = recipientOf(of);
  if (of.account !== null) context.isDurable = true;
  const keys = blocks.keysOf(recipient);
  for (const { session } of sessions.ofRecipient(recipient)) {
    context.emit({ is: 'blocks', session, keys });
  }
}

const block: Define<'block'> =
  (hub) =>
  ({ name }, context, session) => {
    const { accounts, blocks, sessions } = hub;
    const key = keyOf(name);
    if (key === keyOf(session.name)) return refused('oneself');
    const recipient = recipientOf(session);
    const own = blocks.keysOf(recipient);
    if (own.has(key)) return ok(undefined);
    const shown = accounts.find(name)?.name ?? sessions.guest(name)?.name;
    if (shown === undefined) return refused('unknown-user');
    if (own.size >= limits.hub.blocks) return refused('too-many');
    blocks.add(recipient, shown);
    tellDelivery(hub, context, session);
    return ok(undefined);
  };

const unblock: Define<'unblock'> =
  (hub) =>
  ({ name }, context, session) => {
    if (!hub.blocks.remove(recipientOf(session), name)) return refused('not-blocked');
    tellDelivery(hub, context, session);
    return ok(undefined);
  };

const listBlocks: Define<'blocks'> =
  ({ blocks }) =>
  (_command, _context, session) =>
    ok({ names: blocks.names(recipientOf(session)) });

export const blockHandlers = (hub: HubState): Pick<Handlers, 'block' | 'unblock' | 'blocks'> => ({
  block: block(hub),
  unblock: unblock(hub),
  blocks: listBlocks(hub),
});

// Private messages: accepted once they are stored, erased once they are delivered.

import type { Command } from '../../../protocol/commands';
import { limits } from '../../../protocol/limits';
import {
  type Actor,
  type Direct,
  type Name,
  ok,
  refused,
  type SessionId,
} from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';
import { accountOf } from '../names';
import { recipientOf } from '../state/users';

/** Who writes to whom, or why they cannot. */
function partiesOf(
  { sanctions, users }: HubState,
  { from, to: name }: { from: Actor; to: Name },
  seconds: number,
) {
  const sender = users.acting(from);
  if (sender === 'unknown') return refused('unknown-sender');
  if (sender === 'not-allowed') return refused('not-allowed');
  if (sanctions.mutedUntil(sender.name) > seconds) return refused('muted');
  // Who has a session was let in, and a ban would have ended it.
  if (sender.session === undefined && sanctions.banOfAccount(sender.name, seconds)) {
    return refused('banned');
  }
  const to = users.recipientNamed(name);
  return to ? ok({ sender, to }) : refused('unknown-user');
}

/** What a message is counted for while it waits. */
const bytesOf = ({ text, raw }: Command<'direct'>): number =>
  limits.hub.messageOverheadBytes + Buffer.byteLength(text) + (raw?.length ?? 0);

const direct: Define<'direct'> = (hub) => (command, context) => {
  const { attachments, messages } = hub;
  const parties = partiesOf(hub, command, context.seconds);
  if (!parties.ok) return parties;
  const { sender, to } = parties.value;
  const { text, raw, file, fileAtSender, reference, reply, origin } = command;
  if (text.length > limits.hub.textBytes) return refused('too-long');
  const { recipient } = to;
  if (file && !attachments.hasRoomFor(recipient, sender.name)) return refused('full');
  const place = messages.reserve(recipient, sender.recipient, bytesOf(command));
  if (!place) return refused('full');

  const id = messages.nextId(sender);
  const isForAccount = accountOf(recipient) !== undefined;
  if (sender.account !== undefined || isForAccount || file) context.isDurable = true;
  const serial = context.position;
  const message: Direct = {
    is: 'direct',
    serial,
    id,
    from: sender.name,
    to: command.to,
    text,
    origin,
    at: context.seconds,
    ...(raw && { raw }),
    ...(reference !== undefined && { reference }),
    ...(reply !== undefined && { reply }),
    ...(file && { file }),
    ...(fileAtSender !== undefined && { fileAtSender }),
  };
  messages.add(recipient, sender.recipient, message, place);
  hub.history.addPrivate(context, sender, recipient, message);
  if (file) attachments.add({ serial, recipient, from: sender.name, id, file, at: context.at });
  context.emit({ is: 'direct', to: recipient, message });
  // Who writes to themselves gets it anyway.
  const { account, session } = sender;
  const hasOthers = account !== undefined && hub.presence.hasOthers(account, session);
  if (recipient !== sender.recipient && hasOthers) {
    const except = session ?? ('' as SessionId);
    context.notify({ recipient: sender.recipient, except }, { is: 'sent', message });
  }
  return ok({ id, serial, waiting: !to.reachable });
};

const maySendFile: Define<'may-send-file'> = (hub) => (command, context) => {
  const parties = partiesOf(hub, command, context.seconds);
  if (!parties.ok) return parties;
  const { sender, to } = parties.value;
  const hasRoom = hub.attachments.hasRoomFor(to.recipient, sender.name);
  return hasRoom ? ok(undefined) : refused('full');
};

const undelivered: Define<'undelivered'> =
  ({ messages }) =>
  ({ serials }, _context, session) => {
    const sender = recipientOf(session);
    return ok({ waiting: serials.filter((serial) => messages.isPending(serial, sender)) });
  };

const settle: Define<'settle'> =
  ({ attachments, messages }) =>
  ({ recipient, serial, status, unseen = false }, context) => {
    const sent = messages.remove(recipient, serial);
    if (!sent) return refused('unknown-message');
    const hash = unseen && sent.file_name !== null ? attachments.remove(serial) : undefined;
    if (hash !== undefined) {
      context.isDurable = true;
      context.emit({ is: 'file-released', hash });
    }
    if (accountOf(recipient) !== undefined) context.isDurable = true;
    const { id, to_name: by, file_name: file, reference } = sent;
    context.notify(
      { recipient: sent.sender },
      {
        is: 'receipt',
        id,
        by,
        status,
        ...(file !== null && { file }),
        ...(reference !== null && { reference }),
      },
    );
    return ok(undefined);
  };

export const messageHandlers = (
  hub: HubState,
): Pick<Handlers, 'direct' | 'may-send-file' | 'settle' | 'undelivered'> => ({
  direct: direct(hub),
  'may-send-file': maySendFile(hub),
  settle: settle(hub),
  undelivered: undelivered(hub),
});

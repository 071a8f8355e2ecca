// File offers, command by command: each recipient decides, the file is brought once, and each fetches it.

import type { Command } from '../../../protocol/commands';
import { limits } from '../../../protocol/limits';
import { type Name, ok, type RecipientId, refused } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import type { SessionRow } from '../state/sessions';
import { type MessageRecipient, recipientOf } from '../state/users';

/** Makes an offer to recipients and says which of them were asked, and which are told in another way. */
function makeOffer(
  { blocks, offers }: HubState,
  context: CommandContext,
  { id: session, name: by, dialect: origin }: SessionRow,
  { file, tokenHash }: Pick<Command<'offer'>, 'file' | 'tokenHash'>,
  recipients: Iterable<MessageRecipient>,
) {
  const number = offers.add({ session, by, origin, file, tokenHash });
  const offer = offers.find(number);
  if (!offer) throw new Error('an offer is not where it was put');
  const asked: Name[] = [];
  const elsewhere: Name[] = [];
  for (const { recipient, name } of recipients) {
    const isAsked = offers.canBeAsked(recipient, origin);
    (isAsked ? asked : elsewhere).push(name);
    // Who offers is not told that they are blocked: it is as if nobody answered.
    const isUnseen = isAsked && blocks.isBlocked(recipient, by);
    const state = isUnseen ? 'unseen' : isAsked ? 'asked' : 'elsewhere';
    offers.addPart({ offer: number, recipient, name, state, session: null });
    if (isUnseen) continue;
    if (isAsked) offers.ask(context, offer, recipient);
    else offers.bring(context, offer, name);
  }
  return { offer: number, asked, elsewhere };
}

const offer: Define<'offer'> = (hub) => (command, context, session) => {
  const { groups, offers, sanctions, users } = hub;
  if (sanctions.mutedUntil(session.name) > context.seconds) return refused('muted');
  const own = recipientOf(session);
  const { to, beside = [] } = command;
  const isBeside = (recipient: RecipientId): boolean =>
    beside.some(
      (other) =>
        offers.find(other)?.session === session.id && offers.partOf(other, recipient) !== undefined,
    );
  if ('room' in to && !groups.isMember(to.room, own)) return refused('not-member');
  const named = 'room' in to ? (to.names ?? []) : to;
  const names = 'room' in to ? [...groups.members(to.room), ...named] : named;
  if (offers.countOf(session.id) >= limits.hub.offersPerSession) return refused('too-many');
  if (names.length > limits.hub.groupMembers) return refused('too-many');
  const found = new Map(
    names.flatMap((name) => {
      const to = users.recipientNamed(name);
      const isMeant = to && to.recipient !== own && !isBeside(to.recipient);
      return isMeant ? [[to.recipient, to]] : [];
    }),
  );
  if (found.size === 0) return refused('nobody');
  const made = makeOffer(hub, context, session, command, found.values());
  const unknown = named.filter((name) => {
    const to = users.recipientNamed(name);
    return !to || !(found.has(to.recipient) || isBeside(to.recipient));
  });
  return ok({ ...made, unknown });
};

const offerWaiting: Define<'offer-waiting'> =
  ({ attachments, offers }) =>
  ({ serial, tokenHash }, _context, session) => {
    const file = attachments.find(serial);
    const recipient = recipientOf(session);
    if (!file || file.recipient !== recipient) return refused('unknown-file');
    const { name, dialect: origin, id } = session;
    const number = offers.add({ session: null, by: name, origin, file, serial });
    const part = { offer: number, recipient, name, state: 'accepted', session: id } as const;
    offers.addPart(part, tokenHash);
    return ok({ offer: number });
  };

const offerAnswer: Define<'offer-answer'> =
  ({ offers }) =>
  (command, context, session) => {
    const offer = offers.find(command.offer);
    const part = offers.partOf(command.offer, recipientOf(session));
    if (!offer || !part) return refused('unknown-offer');
    if (!command.accept) {
      const how =
        part.state === 'asked'
          ? ({ step: 'rejected' } as const)
          : ({ step: 'failed', why: 'cancelled' } as const);
      offers.endPart(context, offer, part, how);
      return ok(undefined);
    }
    if (part.state !== 'asked') return refused('unknown-offer');
    offers.accept(context, offer, part, session.id, command.tokenHash);
    return ok(undefined);
  };

const offerOpen: Define<'offer-open'> =
  ({ offers }) =>
  ({ session, tokenHash }) => {
    const offer = offers.open(session, tokenHash);
    if (!offer) return refused('unknown-offer');
    const { number, name, size, hash } = offer;
    return ok({ offer: number, file: { name, size, ...(hash !== null && { hash }) } });
  };

const offerStored: Define<'offer-stored'> =
  ({ offers }) =>
  (command, context) => {
    const offer = offers.find(command.offer);
    if (offer?.file_connection !== command.session) return refused('unknown-offer');
    offers.stored(context, offer, command.hash);
    return ok(undefined);
  };

/** The connection that carries the file says that it is over. */
function endByConnection(
  { offers }: HubState,
  context: CommandContext,
  { session, why }: Command<'offer-end'>,
) {
  const offer = offers.byFileConnection(session);
  if (!offer) return refused('unknown-offer');
  const part = offers.partByFileConnection(offer.number, session);
  // The connection itself knows.
  if (!part) offers.fail(context, { ...offer, file_connection: null }, why ?? 'broken');
  else if (why === undefined) offers.endPart(context, offer, part, { step: 'done' });
  else offers.endPart(context, offer, part, { step: 'failed', why });
  return ok(undefined);
}

const offerEnd: Define<'offer-end'> = (hub) => (command, context) => {
  if (command.offer === undefined) return endByConnection(hub, context, command);
  const { offers } = hub;
  const { session, to, why = 'cancelled' } = command;
  const offer = offers.find(command.offer);
  if (!offer || offer.session !== session) return refused('unknown-offer');
  if (to === undefined) {
    offers.fail(context, offer, why, true);
    return ok(undefined);
  }
  const part = offers.partNamed(offer.number, to);
  if (!part) return refused('unknown-offer');
  offers.endPart(context, offer, part, { step: 'failed', why }, true);
  return ok(undefined);
};

export const offerHandlers = (
  hub: HubState,
): Pick<
  Handlers,
  'offer' | 'offer-waiting' | 'offer-answer' | 'offer-open' | 'offer-stored' | 'offer-end'
> => ({
  offer: offer(hub),
  'offer-waiting': offerWaiting(hub),
  'offer-answer': offerAnswer(hub),
  'offer-open': offerOpen(hub),
  'offer-stored': offerStored(hub),
  'offer-end': offerEnd(hub),
});

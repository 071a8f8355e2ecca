// File offers, command by command: each recipient decides, the file is brought once, each fetches it for himself.

import { limits } from '../../../protocol/limits';
import { type FileHash, type Name, ok, type RecipientId, refused } from '../../../protocol/model';
import type { Handlers } from '../context';
import type { Groups } from '../state/groups';
import type { OpenOffers } from '../state/offers';
import type { People } from '../state/people';
import type { Store } from '../store';

type Part =
  'offer' | 'offer-waiting' | 'offer-answer' | 'offer-open' | 'offer-stored' | 'offer-end';

export function offers(
  db: Store,
  people: People,
  closed: Groups,
  open: OpenOffers,
): Pick<Handlers, Part> {
  const waiting = db.prepare<
    { recipient: RecipientId; hash: FileHash; size: number; name: string },
    [number]
  >('SELECT recipient, hash, size, name FROM file WHERE serial = ?');

  return {
    offer(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const own = people.recipientOf(session);
      const { to, file } = command;
      if ('room' in to && !closed.has(to.room, own)) return refused('not-member');
      const names = 'room' in to ? closed.members(to.room) : to;
      if (open.countOf(session.id) >= limits.hub.offersPerSession) return refused('too-many');
      if (names.length > limits.hub.groupMembers) return refused('too-many');
      const found = new Map(
        names.flatMap((name) => {
          const addressee = people.recipientNamed(name);
          return addressee && addressee.recipient !== own ? [[addressee.recipient, addressee]] : [];
        }),
      );
      if (found.size === 0) return refused('nobody');
      const origin = session.dialect;
      const by = session.name;
      const { tokenHash } = command;
      const offer = open.add({ session: session.id, by, origin, file, tokenHash });
      const row = open.find(offer);
      if (!row) throw new Error('an offer is not where it was put');
      const asked: Name[] = [];
      const elsewhere: Name[] = [];
      for (const { recipient, name } of found.values()) {
        const isAsked = open.canBeAsked(recipient, origin);
        (isAsked ? asked : elsewhere).push(name);
        const state = isAsked ? 'asked' : 'elsewhere';
        open.addPart({ offer, recipient, name, state, session: null });
        if (isAsked) open.ask(context, row, recipient);
        else open.bring(context, row, name);
      }
      const unknown = names.filter((name) => {
        const addressee = people.recipientNamed(name);
        return !addressee || !found.has(addressee.recipient);
      });
      return ok({ offer, asked, elsewhere, unknown: 'room' in to ? [] : unknown });
    },

    'offer-waiting'(command) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const file = waiting.get(command.serial);
      const recipient = people.recipientOf(session);
      if (!file || file.recipient !== recipient) return refused('unknown-file');
      const { name, dialect: origin, id } = session;
      const { serial, tokenHash } = command;
      const offer = open.add({ session: null, by: name, origin, file, serial });
      open.addPart({ offer, recipient, name, state: 'accepted', session: id }, tokenHash);
      return ok({ offer });
    },

    'offer-answer'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const offer = open.find(command.offer);
      const part = open.partOf(command.offer, people.recipientOf(session));
      if (!offer || !part) return refused('unknown-offer');
      if (!command.accept) {
        const step = part.state === 'asked' ? 'rejected' : 'failed';
        open.endPart(context, offer, part, {
          step,
          ...(step === 'failed' && { why: 'cancelled' }),
        });
        return ok(undefined);
      }
      if (part.state !== 'asked') return refused('unknown-offer');
      open.accept(context, offer, part, session.id, command.tokenHash);
      return ok(undefined);
    },

    'offer-open'(command) {
      const offer = open.open(command.session, command.tokenHash);
      if (!offer) return refused('unknown-offer');
      const { number, name, size, hash } = offer;
      return ok({ offer: number, file: { name, size, ...(hash !== null && { hash }) } });
    },

    'offer-stored'(command, context) {
      const offer = open.find(command.offer);
      if (!offer || offer.carrier !== command.session) return refused('unknown-offer');
      open.stored(context, offer, command.hash);
      return ok(undefined);
    },

    'offer-end'(command, context) {
      const { session, to, why } = command;
      if (command.offer === undefined) {
        const offer = open.carriedBy(session);
        if (!offer) return refused('unknown-offer');
        const part = open.partOfCarrier(offer.number, session);
        if (!part) open.fail(context, offer, why ?? 'broken');
        else if (why === undefined) open.endPart(context, offer, part, { step: 'done' });
        else open.endPart(context, offer, part, { step: 'failed', why });
        return ok(undefined);
      }
      const offer = open.find(command.offer);
      if (!offer || offer.session !== session) return refused('unknown-offer');
      if (to === undefined) {
        open.fail(context, offer, why ?? 'cancelled', true);
        return ok(undefined);
      }
      const part = open.partNamed(offer.number, to);
      if (!part) return refused('unknown-offer');
      open.endPart(context, offer, part, { step: 'failed', why: why ?? 'cancelled' }, true);
      return ok(undefined);
    },
  };
}

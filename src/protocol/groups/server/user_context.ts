// What the server keeps of one user who is in: their requests and the hub's events work on the same things.

import { BoundedMap } from '../../bounded';
import type { Host } from '../../dialect';
import { limits } from '../../limits';
import { Contacts } from './contacts';
import { IncomingOffers } from './incoming_offers';
import { OutgoingOffers } from './outgoing_offers';
import { Replies, type Write } from './replies';
import { UnconfirmedMessages } from './unconfirmed_messages';

export class UserContext {
  readonly host: Host;
  readonly replies: Replies;
  /** Messages that this client sent and whose receipt has not come: the client's own `Id` by the hub's number. */
  readonly stored = new BoundedMap<number, string | undefined>(limits.net.unansweredPerPeer);
  /** Messages that this client was sent. */
  readonly unconfirmed = new UnconfirmedMessages();
  readonly contacts: Contacts;
  readonly outgoing: OutgoingOffers;
  readonly incoming: IncomingOffers;

  constructor(host: Host, write: Write) {
    this.host = host;
    this.replies = new Replies(host, write);
    this.contacts = new Contacts(host);
    this.outgoing = new OutgoingOffers(host, this.replies);
    this.incoming = new IncomingOffers(host, this.replies);
  }
}

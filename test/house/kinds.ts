// The users of every dialect: a new door joins all suites of pairs by one line here.

import { channelsKind } from '../protocol/channels/person';
import { groupsKind } from '../protocol/groups/person';
import { ircKind } from '../protocol/irc/person';
import { mailboxKind } from '../protocol/mailbox/person';
import { marketKind } from '../protocol/market/person';
import { relayKind } from '../protocol/relay/person';
import { webKind } from '../protocol/web/person';
import type { PersonKind } from '../support/person';

export const kinds: readonly PersonKind[] = [
  mailboxKind,
  channelsKind,
  relayKind,
  marketKind,
  groupsKind,
  ircKind,
  webKind,
];

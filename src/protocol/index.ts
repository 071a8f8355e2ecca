// Every dialect, one line each, in the order of their doors.

import { basic } from './basic/index';
import { channels } from './channels/index';
import type { Dialect } from './dialect';
import { groups } from './groups/index';
import { irc } from './irc/index';
import { mailbox } from './mailbox/index';
import { market } from './market/index';
import { relay } from './relay/index';
import { web } from './web/index';

export const dialects: readonly Dialect[] = [
  mailbox,
  channels,
  relay,
  market,
  groups,
  web,
  irc,
  basic,
];

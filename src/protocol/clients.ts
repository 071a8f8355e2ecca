// The client's half of every dialect that has one, in the order of their doors: a client command loads no server's half.

import { client as basic } from './basic/client/index';
import { client as channels } from './channels/client/index';
import type { Client } from './client';
import { client as groups } from './groups/client/index';
import { client as mailbox } from './mailbox/client/index';
import { client as market } from './market/client/index';
import { client as relay } from './relay/client/index';
import { client as web } from './web/client/index';

/** By the dialect's name. */
export const clients: Readonly<Record<string, Client>> = {
  mailbox,
  channels,
  relay,
  market,
  groups,
  web,
  basic,
};

// A ban by network: who is connected from there goes, with a user or without one.

import { networkIn, NetworkMap } from '../../protocol/bytes/network';
import type { Removed } from '../../protocol/model';
import type { ConnectionHost } from './connection_host';

export function expelAll(
  connections: Iterable<ConnectionHost>,
  text: string,
  removed: Removed,
): void {
  const network = networkIn(text);
  if (!network) return;
  const banned = new NetworkMap<true>();
  banned.set(network, true);
  for (const connection of connections) {
    if (banned.of(connection.peerHost).next().done !== true) connection.expel(removed);
  }
}

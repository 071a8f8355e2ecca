// Who is at the other end of a request: told in a header by the front, which is the only one that knows.

import { randomBytes } from 'node:crypto';

import type { Address } from '../../protocol/model';

const name = 'x-chat-peer';

/** A request may name a peer only with this: it never leaves the process. */
const secret = randomBytes(24).toString('base64url');

/** The header's line. */
export const peerHeader = ({ host, port }: Address, connection: number): string =>
  `${name}: ${secret} ${host} ${port} ${connection}\r\n`;

/** A peer, and which connection of the front's it is. */
export interface FrontPeer extends Address {
  readonly connection: number;
}

/**
 * The peer of a request; undefined where the request did not come by the front. That is so of a second request on one
 * connection, too, and of one that has such a header of its own.
 */
export function peerOf(request: Request): FrontPeer | undefined {
  const [shown, host, port, connection, ...more] = (request.headers.get(name) ?? '').split(' ');
  if (shown !== secret || host === undefined || port === undefined || more.length > 0)
    return undefined;
  return { host, port: Number(port), connection: Number(connection) };
}

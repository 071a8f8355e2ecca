// Whom a proxy of the operator's names in the head of a request that it passes on: `Forwarded` (RFC 7239), `X-Forwarded-For`.

import { isIP } from 'node:net';

import { normalHost } from '../../net/address';
import type { Address } from '../../protocol/model';

/** An element's `for`, and what may stand before and behind it. A quoted value holds what a token cannot. */
const forParameter = /(?:^|;)\s*for=(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))\s*(?:;|$)/i;

/** With commas that are not in quotes between them. */
const elements = (value: string): string[] => value.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g) ?? [];

/** `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]:4711`. */
const nodeForm = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::(\d{1,5}))?$/i;

function addressOf(node: string): Address | undefined {
  const bare = node.trim();
  if (isIP(bare) !== 0) return { host: normalHost(bare.toLowerCase()), port: 0 };
  const [, ipv6, ipv4, port = '0'] = nodeForm.exec(bare) ?? [];
  const host = ipv6 ?? ipv4 ?? '';
  return isIP(host) === 0
    ? undefined
    : { host: normalHost(host.toLowerCase()), port: Number(port) };
}

/** All values of a field, in order, as if they stood in one line. */
function field(head: string, name: string): string | undefined {
  const start = `${name}:`;
  const lines = head.split('\r\n').filter((line) => line.toLowerCase().startsWith(start));
  if (lines.length === 0) return undefined;
  return lines.map((line) => line.slice(start.length)).join(',');
}

/** Each proxy adds the one that it was asked by at the end: the last that is no proxy is the peer, and all before it hearsay. */
function peerIn(nodes: readonly string[], isProxy: (host: string) => boolean): Address | undefined {
  let peer: Address | undefined;
  for (const node of nodes.toReversed()) {
    peer = addressOf(node);
    if (!peer || !isProxy(peer.host)) return peer;
  }
  return peer;
}

/**
 * The peer of a request; undefined where no proxy names one. `unclear`: the two fields name different peers, and one of
 * them may have come from the peer itself.
 */
export function forwardedFor(
  head: string,
  isProxy: (host: string) => boolean,
): Address | 'unclear' | undefined {
  const forwarded = field(head, 'forwarded');
  const listed = field(head, 'x-forwarded-for');
  const one =
    forwarded === undefined
      ? undefined
      : peerIn(
          elements(forwarded).map((element) => {
            const [, quoted, token = ''] = forParameter.exec(element.trim()) ?? [];
            return quoted?.replaceAll(/\\(.)/g, '$1') ?? token;
          }),
          isProxy,
        );
  const other = listed === undefined ? undefined : peerIn(listed.split(','), isProxy);
  if (forwarded === undefined) return other;
  if (listed !== undefined && one?.host !== other?.host) return 'unclear';
  return one;
}

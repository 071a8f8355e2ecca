// Names at every door: nobody enters under one that looks like another user's, and `__proto__` is a name like any other.

import { describe, expect, test } from 'bun:test';

import { channelsKind } from '../protocol/channels/person';
import { groupsKind, GroupsPeer } from '../protocol/groups/person';
import { ircKind } from '../protocol/irc/person';
import { mailboxKind } from '../protocol/mailbox/person';
import { marketKind } from '../protocol/market/person';
import { webKind } from '../protocol/web/person';
import { isGap, type Person, type PersonKind } from '../support/person';
import { startServer } from '../support/server';

const kinds: readonly PersonKind[] = [
  mailboxKind,
  channelsKind,
  marketKind,
  groupsKind,
  ircKind,
  webKind,
];
const start = () => startServer(kinds.map(({ dialect }) => dialect));

/** With a Cyrillic letter, in another case, with a capital I. */
const lookAlikes = ['\u0430lice', 'ALICE', 'aIice'];

/** Tries to enter under a name that is taken; resolves once the door has refused it, or let them in under another. */
async function tryToEnter(
  kind: PersonKind,
  port: number,
  name: string,
): Promise<Person | undefined> {
  if (kind.dialect.name === 'groups') {
    await using peer = await GroupsPeer.connect(port);
    await peer.send({ action: 'connect', user: name });
    expect((await peer.read()).status).toBe('name-taken');
  } else if (kind.dialect.name === 'channels' || kind.dialect.name === 'market') {
    // A channels client becomes a copy. A market client is told, and enters under its address.
    return kind.enter(port, name);
  } else {
    const entered = await kind.enter(port, name).catch(() => undefined);
    expect(entered).toBeUndefined();
  }
  return undefined;
}

describe.each(kinds)('$dialect.name', (kind) => {
  test.each(lookAlikes)('nobody enters as %s while there is an account alice', async (name) => {
    await using server = await start();
    const alice = await webKind.enter(server.port('web'), 'alice');
    const other = await tryToEnter(kind, server.port(kind.dialect.name), name);
    if (isGap(alice.list)) throw new Error('the page has a list');
    const list = await alice.list();
    expect(list).toContain('alice');
    expect(list).not.toContain(name);
    await other?.leave();
    await alice.leave();
  });

  test.each(['constructor', '__proto__'])('%s is a name', async (name) => {
    await using server = await start();
    const user = await kind.enter(server.port(kind.dialect.name), name);
    const friend = await webKind.enter(server.port('web'), 'toString');
    const { write } = friend;
    if (isGap(write) || isGap(user.reads)) throw new Error('no private messages');
    await write(user, 'hi');
    await user.reads(friend, 'hi');
    await user.leave();
    await friend.leave();
  });
});

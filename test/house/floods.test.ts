// One text of a stranger is never the end of anybody: whatever it is made of, each dialect says a bounded part of it.

import { describe, expect, test } from 'bun:test';

import { channelsKind } from '../protocol/channels/person';
import { ircKind } from '../protocol/irc/person';
import { marketKind } from '../protocol/market/person';
import { relayKind } from '../protocol/relay/person';
import { webKind } from '../protocol/web/person';
import { isGap, type Other, type Person, type PersonKind } from '../support/person';
import { startServer, type TestServer } from '../support/server';
import { kinds } from './kinds';

/** Dialects in which each line of a text is a line or message of its own: they say the first ones, and then `…`. */
const saysLines: ReadonlySet<PersonKind> = new Set([channelsKind, relayKind, marketKind, ircKind]);

const strangerName = 'x'.repeat(255);
const lineEnds = `${'\n'.repeat(65_535)}x`;
const spaces = ' '.repeat(65_536);

/** The stranger as a dialect shows them. */
const shownTo = ({ showsLongNames }: PersonKind): Other => ({
  name: showsLongNames ? strangerName : `${'x'.repeat(31)}~`,
  dialect: 'web',
});

/** Somebody of a dialect and a stranger from the page, with the longest name, at one server. */
async function meet(
  kind: PersonKind,
  talk: (user: Person, stranger: Person, server: TestServer) => Promise<void>,
): Promise<void> {
  await using server = await startServer(kinds.map(({ dialect }) => dialect));
  const user = await kind.enter(server.port(kind.dialect.name), kind.name(1));
  const stranger = await webKind.enter(server.port('web'), strangerName);
  await talk(user, stranger, server);
  expect(server.console.warnings).toEqual([]);
  await user.leave();
  await stranger.leave();
}

describe.each(kinds)('$dialect.name', (kind) => {
  test('a private text of nothing but line ends, or spaces, and the next one comes', async () => {
    await meet(kind, async (user, { write }) => {
      const { reads } = user;
      if (isGap(reads) || isGap(write)) return;
      await write(user, lineEnds);
      await write(user, spaces);
      await write(user, 'after');
      if (saysLines.has(kind)) await reads(shownTo(kind), '…');
      await reads(shownTo(kind), 'after');
    });
  });

  test('the same, said in a room', async () => {
    await meet(kind, async (user, stranger) => {
      const room = kind.rooms === 'any' ? 'market' : kind.rooms[0];
      const { join, hears } = user;
      if (room === undefined || isGap(join) || isGap(hears)) return;
      if (isGap(stranger.join) || isGap(stranger.say)) return;
      await join(room);
      await stranger.join(room);
      await stranger.say(lineEnds);
      await stranger.say('after');
      if (saysLines.has(kind)) await hears(shownTo(kind), '…');
      await hears(shownTo(kind), 'after');
    });
  });
});

// Who leads a group moderates it in this protocol's own words, and people block others.

import { expect, test } from 'bun:test';

import { groups } from '../../../src/protocol/groups/index';
import { startServer } from '../../support/server';
import { Conversation } from './conversation';
import { Played } from './played';

async function golden(script: string): Promise<void> {
  await using alone = await startServer([groups]);
  await using conversation = new Conversation(alone.port('groups'));
  await conversation.play(script);
}

/** alice leads the group tea, and bob is in it. */
const tea = `
    alice enters
    bob enters
    alice > Req.Group.Create Group=tea
    alice < Res.Confirmation Group=tea Status=ok
    alice > Req.Group.Invite Group=tea To=bob
    alice < Res.Confirmation Group=tea Status=ok
    bob < Req.Group.Invite User=alice Group=tea
    bob > Req.Group.Accept Group=tea
    bob < Res.Confirmation Group=tea Status=ok
    alice < Group.Joined User=bob Group=tea`;

test('a topic, a mute and a kick', () =>
  golden(`${tea}
    alice > Req.Group.Topic Group=tea Id=1 | green and black
    alice < Res.Confirmation Group=tea Id=1 Status=ok
    alice < Server.Notice Group=tea | alice has set the topic of tea: green and black
    bob < Server.Notice Group=tea | alice has set the topic of tea: green and black
    bob > Req.Group.Kick Group=tea To=alice Id=1
    bob < Res.Confirmation Group=tea Id=1 Status=not-allowed
    alice > Req.Group.Mute Group=tea To=bob Id=2 | hush
    alice < Res.Confirmation Group=tea Id=2 Status=ok
    alice < Server.Notice Group=tea | bob was muted in tea by alice: hush
    bob < Server.Notice Group=tea | You were muted in tea by alice: hush
    bob > Req.Send Group=tea Id=2 | hola
    bob < Res.Send confirmation Group=tea Id=2 Status=failed Reason=muted | you may not speak here now
    alice > Req.Group.Kick Group=tea To=bob Id=3 | out
    alice < Res.Confirmation Group=tea Id=3 Status=ok
    alice < Group.Left User=bob Group=tea Reason=kicked | bob was kicked out of tea by alice: out
    bob < Group.Left User=bob Group=tea Reason=kicked | You were kicked out of tea by alice: out
    bob > Req.Send Group=tea Id=3 | hola
    bob < Res.Send confirmation Group=tea Id=3 Status=failed Reason=not-member | you are not in this group
  `));

test('a ban, and handing the group over', () =>
  golden(`${tea}
    alice > Req.Group.Give Group=tea To=bob Id=1
    alice < Res.Confirmation Group=tea Id=1 Status=ok
    alice < Server.Notice Group=tea | bob leads tea now
    bob < Server.Notice Group=tea | You lead tea now
    bob > Req.Group.Ban Group=tea To=alice Id=1
    bob < Res.Confirmation Group=tea Id=1 Status=ok
    alice < Server.Notice Group=tea | You were banned from tea by bob
    bob < Server.Notice Group=tea | alice was banned from tea by bob
    bob < Group.Left User=alice Group=tea Reason=kicked | alice was kicked out of tea by bob
    alice < Group.Left User=alice Group=tea Reason=kicked | You were kicked out of tea by bob
    bob > Req.Group.Invite Group=tea To=alice Id=2
    bob < Res.Confirmation Group=tea Id=2 Status=banned
    bob > Req.Group.Unban Group=tea To=alice Id=3
    bob < Res.Confirmation Group=tea Id=3 Status=ok
    bob < Server.Notice Group=tea | alice may come back to tea by bob
    alice < Server.Notice Group=tea | You may come back to tea by bob
    bob > Req.Group.Unban Group=tea To=alice Id=4
    bob < Res.Confirmation Group=tea Id=4 Status=not-banned
  `));

test('what is no such request changes nothing', () =>
  golden(`${tea}
    alice > Req.Group.Kick Group=tea Id=1
    alice < Res.Confirmation Group=tea Id=1 Status=bad-request
    alice > Req.Group.Kick Group=none To=bob Id=2
    alice < Res.Confirmation Group=none Id=2 Status=unknown-group
    alice > Req.Group.Kick Group=tea To=nobody Id=3
    alice < Res.Confirmation Group=tea Id=3 Status=unknown-user
    alice > Req.Block To=alice Id=4
    alice < Res.Confirmation Id=4 Status=not-allowed
    alice > Req.Unblock To=bob Id=5
    alice < Res.Confirmation Id=5 Status=not-blocked
    bob .
  `));

test('who is blocked is not told', () =>
  golden(`
    alice enters
    bob enters
    bob > Req.Block To=alice Id=1
    bob < Res.Confirmation Id=1 Status=ok
    alice > Req.Send To=bob Id=7 | hola
    alice < Res.Send confirmation Id=7 Status=stored
    alice < Res.Send confirmation Id=7 Status=delivered
    bob .
  `));

test.each([
  ['kick tea bob too loud', 'Req.Group.Kick To=bob Group=tea Id=2 | too loud'],
  ['ban tea bob', 'Req.Group.Ban To=bob Group=tea Id=2'],
  ['unmute tea bob', 'Req.Group.Unmute To=bob Group=tea Id=2'],
  ['topic tea green and black', 'Req.Group.Topic Group=tea Id=2 | green and black'],
  ['give tea bob', 'Req.Group.Give To=bob Group=tea Id=2'],
  ['block bob', 'Req.Block To=bob Id=2'],
])('%p is asked as %p', (line, wanted) => {
  const played = new Played().enters();
  played.types(line);
  expect(played.says()).toEqual([wanted]);
});

test.each(['kick tea', 'unban tea bob now', 'block', 'give tea'])(
  '%p is told how to be written',
  (line) => {
    const played = new Played().enters();
    played.types(line);
    expect(played.endings).toEqual(['usage']);
  },
);

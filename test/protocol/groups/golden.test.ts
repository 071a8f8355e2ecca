// Golden conversations over the real server: the source's diagrams and the README, message by message.

import { test } from 'bun:test';
import { join } from 'node:path';

import { hashOfSecret } from '../../../src/protocol/bytes/token';
import { groups } from '../../../src/protocol/groups/index';
import { TestHub } from '../../support/journal';
import { scratchFolder } from '../../support/scratch';
import { startServer } from '../../support/server';
import { Conversation } from './conversation';

/** Plays a script at a server of its own, so that lists are whole. */
async function golden(script: string): Promise<void> {
  await using alone = await startServer([groups]);
  await using conversation = new Conversation(alone.port('groups'));
  await conversation.play(script);
}

test('the normal interaction: connect, write, disconnect', () =>
  golden(`
    alice connects
    alice > Req.Connect User=alice
    alice < Res.Confirmation User=alice Status=ok | alice 127.0.0.1 :alice\\n
    bob connects
    bob > Req.Connect User=bob Id=1
    bob < Res.Confirmation User=bob Id=1 Status=ok | alice 127.0.0.1 :alice\\nbob 127.0.0.1 :bob\\n
    alice > Req.Send To=bob Id=7 | hola
    alice < Res.Send confirmation Id=7 Status=stored
    bob < Req.Send User=alice To=bob Id=1 | hola
    alice .
    bob > Res.Send confirmation Id=1 Status=ok
    alice < Res.Send confirmation Id=7 Status=delivered
    bob > Req.Send To=alice Id=9 | hola, alice\\nsegunda
    bob < Res.Send confirmation Id=9 Status=stored
    alice < Req.Send User=bob To=alice Id=1 | hola, alice\\nsegunda
    alice > Res.Send confirmation Id=1
    bob < Res.Send confirmation Id=9 Status=delivered
    bob > Req.Disconnect
    bob < Res.Confirmation Status=ok
    bob |
    alice < Req.Disconnect User=bob
    alice > Req.List
    alice < Res.List | alice 127.0.0.1 :alice\\n
    alice > Req.Send To=bob Id=8 | still there?
    alice < Res.Send confirmation Id=8 Status=failed Reason=unknown-user | unknown user
  `));

test('a user lost abruptly: the server tells the user who wrote to them', () =>
  golden(`
    alice enters
    bob enters
    alice > Req.Send To=bob Id=7 | hola
    alice < Res.Send confirmation Id=7 Status=stored
    bob < Req.Send User=alice To=bob Id=1 | hola
    bob breaks
    alice < Res.Send confirmation Id=7 Status=failed Reason=disconnected | disconnected
    alice < Req.Disconnect User=bob
    alice .
  `));

test('a user lost in a conversation with nothing open', () =>
  golden(`
    alice enters
    bob enters
    carol enters
    bob > Req.Send To=alice Id=7 | hola
    bob < Res.Send confirmation Id=7 Status=stored
    alice < Req.Send User=bob To=alice Id=1 | hola
    alice > Res.Send confirmation Id=1
    bob < Res.Send confirmation Id=7 Status=delivered
    bob leaves
    alice < Req.Disconnect User=bob
    carol .
  `));

test('a group: the creator alone invites, anyone leaves, it goes on without its creator', () =>
  golden(`
    alice enters
    bob enters
    carol enters
    alice > Req.Group.Create Group=club
    alice < Res.Confirmation Group=club Status=ok
    bob > Req.Group.Create Group=club
    bob < Res.Confirmation Group=club Status=group-exists
    bob > Req.Group.Accept Group=club
    bob < Res.Confirmation Group=club Status=not-invited
    alice > Req.Group.Invite Group=club To=bob
    alice < Res.Confirmation Group=club Status=ok
    bob < Req.Group.Invite User=alice Group=club
    bob > Req.Group.Accept Group=club
    bob < Res.Confirmation Group=club Status=ok
    alice < Group.Joined User=bob Group=club
    bob > Req.Group.Invite Group=club To=carol
    bob < Res.Confirmation Group=club Status=not-creator
    alice > Req.Group.Invite Group=club Port=carol
    alice < Res.Confirmation Group=club Status=ok
    carol < Req.Group.Invite User=alice Group=club
    carol > Req.Group.Decline Group=club
    carol < Res.Confirmation Group=club Status=ok
    alice > Req.Send Group=club Id=1 | hola a todos
    alice < Res.Send confirmation Group=club Id=1 Status=stored
    bob < Req.Send User=alice Group=club Id=1 | hola a todos
    bob > Res.Send confirmation Id=1
    carol .
    alice > Req.Group.Leave Group=club
    alice < Res.Confirmation Group=club Status=ok
    bob < Group.Left User=alice Group=club
    bob > Req.Send Group=club Id=2 | sigo aqui
    bob < Res.Send confirmation Group=club Id=2 Status=stored
    bob > Req.Group.Invite Group=club To=carol
    bob < Res.Confirmation Group=club Status=not-creator
    alice > Req.Send Group=club Id=3 | y yo?
    alice < Res.Send confirmation Group=club Id=3 Status=failed Reason=not-member | you are not in this group
    alice > Req.Group.Invite Group=club To=carol
    alice < Res.Confirmation Group=club Status=unknown-group
  `));

test('addressed by port', () =>
  golden(`
    alice enters
    bob enters
    alice > Req.Send Port=bob Id=1 | hola
    alice < Res.Send confirmation Id=1 Status=stored
    bob < Req.Send User=alice To=bob Id=1 | hola
    alice > Req.Send Port=1 Id=2 | hola
    alice < Res.Send confirmation Id=2 Status=failed Reason=unknown-user | unknown user
    alice > Req.Send Id=3 | hola
    alice < Res.Send confirmation Id=3 Status=failed Reason=not-addressed | nobody is named
  `));

test('a file to two: one accepts, one rejects', () =>
  golden(`
    alice enters
    bob enters
    carol enters
    alice > File_transfer Status=offer To=bob To=carol To=dave Id=9 File-Name=../../x File-Size=5
    alice < Res.Confirmation Id=9 Status=ok | bob\\ncarol\\n
    alice < File_transfer User=dave Id=9 Status=failed Reason=unknown-user | unknown user
    bob < File_transfer User=alice Id=f1 Status=offer File-Name=.._.._x File-Size=5
    carol < File_transfer User=alice Id=f1 Status=offer File-Name=.._.._x File-Size=5
    carol > File_transfer Status=reject Id=f1
    carol < Res.Confirmation Id=f1 Status=ok
    alice < File_transfer User=carol Id=9 Status=reject
    bob > File_transfer Status=accept Id=f1
    bob < Res.Confirmation Id=f1 Status=ok
    alice < File_transfer User=bob Id=9 Status=accept Token=*
    up connects
    up > File_transfer Status=data Id=9 Token=*alice Type=application/octet-stream | hel
    up > File_transfer Status=data Id=9 Type=application/octet-stream | lo
    up < File_transfer Id=9 Status=done
    up |
    bob < File_transfer Id=f1 Status=accept Token=*
    down connects
    down > File_transfer Status=data Id=f1 Token=*bob
    down < File_transfer Type=application/octet-stream Id=f1 Status=data | hello
    down < File_transfer Id=f1 Status=done
    down > File_transfer Status=done Id=f1
    down |
    alice < File_transfer User=bob Id=9 Status=done
    again connects
    again > File_transfer Status=data Id=f1 Token=*bob
    again < File_transfer Id=f1 Status=failed Reason=unknown-file | no such transfer
    again |
  `));

test('before Req.Connect, and names', () =>
  golden(`
    alice enters
    bob connects
    bob > Req.List
    bob < Res.Confirmation Status=not-connected
    bob > Req.Connect User=alice
    bob < Res.Confirmation Status=name-taken
    bob > Req.Connect User=#7
    bob < Res.Confirmation Status=bad-name
    bob > Req.Connect
    bob < Res.Confirmation Status=bad-name
    bob > Req.Connect User=bob Token=none
    bob < Res.Confirmation Status=unknown-user
    bob > Req.Connect User=bob
    bob < Res.Confirmation User=bob Status=ok | alice 127.0.0.1 :alice\\nbob 127.0.0.1 :bob\\n
    bob > Req.Connect User=bob
    bob < Res.Confirmation Status=connected-already
  `));

test('an account is still in its groups after a restart of the server; a guest is not', async () => {
  const folder = await scratchFolder();
  const hub = new TestHub(join(folder, 'chat.db'));
  const key = '1'.repeat(43);
  hub.registerWith('alice', hashOfSecret(key));
  hub.journal.close();
  hub.db.close();
  const connect = `
    alice connects
    alice > Req.Connect User=alice Token=wrong
    alice < Res.Confirmation Status=not-allowed
    alice > Req.Connect User=alice Token=${key}
    alice < Res.Confirmation User=alice Status=ok | alice 127.0.0.1 :alice\\n`;
  {
    await using first = await startServer([groups], { folder });
    await using conversation = new Conversation(first.port('groups'));
    await conversation.play(`
      ${connect}
      alice > Req.Group.Create Group=club
      alice < Res.Confirmation Group=club Status=ok
      bob enters
      alice > Req.Group.Invite Group=club To=bob
      alice < Res.Confirmation Group=club Status=ok
      bob < Req.Group.Invite User=alice Group=club
      bob > Req.Group.Accept Group=club
      bob < Res.Confirmation Group=club Status=ok
      alice < Group.Joined User=bob Group=club
    `);
  }
  await using second = await startServer([groups], { folder });
  await using conversation = new Conversation(second.port('groups'));
  await conversation.play(`
    ${connect}
    alice < Group.Joined User=alice Group=club
    bob enters
    bob > Req.Send Group=club Id=1 | am I in?
    bob < Res.Send confirmation Group=club Id=1 Status=failed Reason=not-member | you are not in this group
    alice > Req.Group.Invite Group=club To=bob
    alice < Res.Confirmation Group=club Status=ok
    bob < Req.Group.Invite User=alice Group=club
  `);
});

test('the server stops: all users are told, whether they write or wait', async () => {
  await using alone = await startServer([groups]);
  await using conversation = new Conversation(alone.port('groups'));
  await conversation.play('alice enters\nbob enters');
  const stopped = alone.stop();
  await conversation.play('alice < Req.Disconnect\nalice |\nbob < Req.Disconnect\nbob |');
  await stopped;
});

test('an offer taken back, and one whose sender is lost in the middle', () =>
  golden(`
    alice enters
    bob enters
    alice > File_transfer Status=offer To=bob Id=1 File-Name=a File-Size=5
    alice < Res.Confirmation Id=1 Status=ok | bob\\n
    bob < File_transfer User=alice Id=f1 Status=offer File-Name=a File-Size=5
    alice > File_transfer Status=failed Id=1
    alice < Res.Confirmation Id=1 Status=ok
    bob < File_transfer Id=f1 Status=failed Reason=cancelled | cancelled
    alice > File_transfer Status=offer To=bob Id=2 File-Name=b File-Size=5
    alice < Res.Confirmation Id=2 Status=ok | bob\\n
    bob < File_transfer User=alice Id=f2 Status=offer File-Name=b File-Size=5
    bob > File_transfer Status=accept Id=f2
    bob < Res.Confirmation Id=f2 Status=ok
    alice < File_transfer User=bob Id=2 Status=accept Token=*
    up connects
    up > File_transfer Status=data Id=2 Token=*alice | hel
    up leaves
    alice < File_transfer User=bob Id=2 Status=failed Reason=disconnected | disconnected
    bob < File_transfer Id=f2 Status=failed Reason=disconnected | disconnected
    bob > File_transfer Status=accept Id=f2
    bob < Res.Confirmation Id=f2 Status=unknown-file
  `));

test('an upload that nobody waits for any more is told so in the middle', () =>
  golden(`
    alice enters
    bob enters
    carol enters
    alice > File_transfer Status=offer To=bob To=carol Id=1 File-Name=a File-Size=500
    alice < Res.Confirmation Id=1 Status=ok | bob\\ncarol\\n
    bob < File_transfer User=alice Id=f1 Status=offer File-Name=a File-Size=500
    carol < File_transfer User=alice Id=f1 Status=offer File-Name=a File-Size=500
    bob > File_transfer Status=accept Id=f1
    bob < Res.Confirmation Id=f1 Status=ok
    alice < File_transfer User=bob Id=1 Status=accept Token=*
    up connects
    up > File_transfer Status=data Id=1 Token=*alice | hel
    bob > File_transfer Status=reject Id=f1
    bob < Res.Confirmation Id=f1 Status=ok
    alice < File_transfer User=bob Id=1 Status=failed Reason=cancelled | cancelled
    up > File_transfer Status=data Id=1 | hel
    carol > File_transfer Status=reject Id=f1
    carol < Res.Confirmation Id=f1 Status=ok
    alice < File_transfer User=carol Id=1 Status=reject
    up < File_transfer Id=1 Status=failed Reason=cancelled | cancelled
    up |
  `));

test('an offer to a group goes to its other members, by port to one', () =>
  golden(`
    alice enters
    bob enters
    alice > Req.Group.Create Group=club
    alice < Res.Confirmation Group=club Status=ok
    alice > File_transfer Status=offer Group=club Id=1 File-Name=a File-Size=5
    alice < Res.Confirmation Group=club Id=1 Status=unknown-user
    alice < File_transfer Id=1 Status=failed Reason=no-recipient | nobody is there to receive it
    alice > Req.Group.Invite Group=club To=bob
    alice < Res.Confirmation Group=club Status=ok
    bob < Req.Group.Invite User=alice Group=club
    bob > Req.Group.Accept Group=club
    bob < Res.Confirmation Group=club Status=ok
    alice < Group.Joined User=bob Group=club
    alice > File_transfer Status=offer Group=club Id=2 File-Name=a File-Size=5
    alice < Res.Confirmation Group=club Id=2 Status=ok | bob\\n
    bob < File_transfer User=alice Id=f1 Status=offer File-Name=a File-Size=5
    bob > File_transfer Status=reject Id=f1
    bob < Res.Confirmation Id=f1 Status=ok
    alice < File_transfer User=bob Id=2 Status=reject
    alice > File_transfer Status=offer Port=bob Id=3 File-Name=a File-Size=5
    alice < Res.Confirmation Id=3 Status=ok | bob\\n
    bob < File_transfer User=alice Id=f2 Status=offer File-Name=a File-Size=5
  `));

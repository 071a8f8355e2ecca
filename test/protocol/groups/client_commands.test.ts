// The interactive client: what becomes of messages, what each command asks and shows, and files that break.

import { describe, expect, test } from 'bun:test';

import { Directory } from '../../../src/protocol/groups/client/directory';
import { Played } from './played';

describe('messages', () => {
  test('that come are shown line by line, and answered', () => {
    const played = new Played().enters();
    played.hears(
      'Req.Send User=bob Id=1 | hola\\nben: forged',
      'Req.Send User=bob Group=club Id=2 | a',
    );
    expect(played.shown).toEqual([
      'bob: hola',
      '    ben: forged',
      '(chat bob answers; so does bob>TEXT)',
      '[club] bob: a',
      '(chat club answers; so does club>TEXT)',
    ]);
    expect(played.says()).toEqual([
      'Res.Send confirmation Id=1 Status=ok',
      'Res.Send confirmation Id=2 Status=ok',
    ]);
  });

  test('that were sent: a person hears where it takes long, a script of each', () => {
    const played = new Played().enters();
    played.types('chat2', 'bob>a');
    played.answers('Res.Send confirmation Status=stored');
    played.hears('Res.Send confirmation Id=s1 Status=delivered');
    played.host.ring();
    expect(played.shown).toEqual([]);
    played.types('bob>b');
    played.answers('Res.Send confirmation Status=stored');
    played.host.ring();
    expect(played.shown).toEqual(['stored for bob']);
    played.hears('Res.Send confirmation Id=s2 Status=delivered');
    expect(played.shown).toEqual(['delivered to bob']);
    expect(played.endings).toEqual(['done', 'done', 'done']);
    const script = new Played({ interactive: false }).enters();
    script.types('chat2', 'bob>a');
    script.answers('Res.Send confirmation Status=stored');
    script.hears('Res.Send confirmation Id=s1 Status=delivered');
    expect(script.shown).toEqual(['stored for bob', 'delivered to bob']);
  });

  test('are answered from outside a conversation, by name', () => {
    const played = new Played().enters();
    played.hears('Req.Send User=zoe Id=1 | hola');
    played.says();
    expect(played.shown.at(-1)).toBe('(chat zoe answers; so does zoe>TEXT)');
    played.types('hola zoe');
    expect(played.shown).toEqual([
      'hola is no command; chat zoe answers zoe; commands shows them all.',
    ]);
    played.types('zoe>hola > que tal', 'nobody>x');
    expect(played.says()).toEqual(['Req.Send To=zoe Id=s1 | hola > que tal']);
    played.types('chat bob');
    played.hears('Req.Send User=ben Id=2 | psst');
    expect(played.shown.at(-1)).toBe('(/chat ben answers)');
  });

  test('that failed say why, at once or later', () => {
    const played = new Played().enters();
    played.types('chat2', 'zoe>a', 'bob>b');
    played.hears('Res.Send confirmation Id=s1 Status=failed Reason=unknown-user | unknown user');
    played.hears('Res.Send confirmation Id=s2 Status=stored');
    played.hears('Res.Send confirmation Id=s2 Status=failed Reason=disconnected | disconnected');
    expect(played.shown).toEqual([
      'not delivered to zoe: unknown user',
      'not delivered to bob: disconnected',
    ]);
    expect(played.endings).toEqual(['done', 'unknown-user', 'done']);
  });

  test('that failed without a code, or with one of another make, have failed in general', () => {
    const played = new Played({ interactive: false }).enters();
    played.types('chat2', 'bob>a', 'bob>b', 'bob>c');
    played.hears('Res.Send confirmation Id=s1 Status=failed | unknown user');
    played.wire.push(
      Buffer.from('Action: Res.Send confirmation\nId: s2\nStatus: failed\nReason: moon\n\n'),
    );
    played.hears('Res.Send confirmation Id=s3 Status=failed Reason=full');
    expect(played.shown).toEqual([
      'not delivered to bob: unknown user',
      'not delivered to bob: ',
      'not delivered to bob: too many messages wait for this user',
    ]);
    expect(played.endings).toEqual(['done', 'try-later', 'try-later', 'try-later']);
  });
});

describe('commands', () => {
  test('are listed with a line each', () => {
    const played = new Played().enters();
    played.types('commands');
    const forms = played.shown.map((line) => line.split(' ', 1)[0]);
    expect(forms).toEqual([
      'commands',
      'users',
      'chat',
      'chat2',
      'quit',
      'group',
      'invite',
      'join',
      'decline',
      'leave',
      'file',
      'accept',
      'reject',
      'cancel',
      'kick',
      'ban',
      'unban',
      'mute',
      'unmute',
      'topic',
      'give',
      'block',
      'unblock',
    ]);
  });

  test.each([
    ['dance', 'dance is no command; commands shows them all.'],
    ['exit', 'exit is no command; did you mean quit; commands shows them all.'],
    ['/user', '/user is no command; did you mean users; commands shows them all.'],
    ['chat', 'Write it like this: chat NAME'],
    ['invite club', 'Write it like this: invite GROUP USER'],
    ['file x', 'Write it like this: file PATH NAME...'],
    ['users now', 'Write it like this: users'],
  ])('%p is told how to be written', (line, text) => {
    const played = new Played().enters();
    played.types(line);
    expect(played.shown).toEqual([text]);
    expect(played.endings).toEqual(['usage']);
    expect(played.says()).toEqual([]);
  });

  test('a group is created, then its users are invited, each answered for itself', () => {
    const played = new Played().enters();
    played.types('group club bob 6');
    played.answers('Res.Confirmation Group=club Status=ok');
    expect(played.endings).toEqual([]);
    expect(played.says()).toEqual([
      'Req.Group.Invite To=bob Group=club Id=3',
      'Req.Group.Invite Group=club Id=4',
    ]);
    played.hears('Res.Confirmation Group=club Id=3 Status=unknown-user');
    played.hears('Res.Confirmation Group=club Id=4 Status=ok');
    expect(played.endings).toEqual(['unknown-user']);
    expect(played.shown.slice(1)).toEqual([
      'bob into club: unknown user',
      'port 6 is asked into club',
    ]);
  });

  test.each([
    ['decline club', 'Req.Group.Decline Group=club Id=2', 'You stay out of the group club.'],
    ['leave club', 'Req.Group.Leave Group=club Id=2', 'You have left the group club.'],
  ])('%s', (line, request, answer) => {
    const played = new Played().enters();
    played.types(line);
    expect(played.says()).toEqual([request]);
    played.hears('Res.Confirmation Group=club Id=2 Status=ok');
    expect(played.shown).toEqual([answer]);
  });
});

test('a file for several is one offer, however they are named; one port stays a port', () => {
  const directory = new Directory();
  directory.listed([
    { name: 'bob', ip: 'x', port: 6 },
    { name: 'ben', ip: 'x', port: 7 },
    { name: 'zoe', ip: 'y', port: 7 },
  ]);
  directory.joined('club');
  directory.joined('team');
  const [bob, club, team] = [{ name: 'bob' }, { name: 'club' }, { name: 'team' }];
  expect(directory.offers([{ port: 6 }, bob, club])).toEqual([{ to: ['bob'], group: 'club' }]);
  expect(directory.offers([{ port: 6 }])).toEqual([{ destinationPort: 6 }]);
  // Two hosts have a user with port 7: the server says so.
  expect(directory.offers([{ port: 7 }, bob])).toEqual([{ to: ['bob'] }, { destinationPort: 7 }]);
  expect(directory.offers([club, team, club])).toEqual([{ group: 'club' }, { group: 'team' }]);
});

test('a file for several asks for the list first where a port is unknown', () => {
  const played = new Played().enters();
  played.types('file x bob 9');
  expect(played.says()).toEqual(['Req.List Id=2']);
});

test('a file whose connection breaks is rejected: the server may never have seen that connection', () => {
  const played = new Played().enters();
  played.hears('File_transfer User=bob Id=f1 Status=offer File-Name=x.txt File-Size=5');
  played.types('accept f1');
  played.answers('Res.Confirmation Status=ok');
  played.hears('File_transfer Id=f1 Status=accept Token=t');
  played.says();
  played.host.takeLines();
  played.host.connection.events?.lost('reset');
  expect(played.says().map((line) => line.replace(/Id=\S+/, 'Id=?'))).toEqual([
    'File_transfer Id=? Status=reject',
  ]);
  expect(played.host.takeLines()).toEqual(['x.txt from bob did not come: the transfer broke off']);
});

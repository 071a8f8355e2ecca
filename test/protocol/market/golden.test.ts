// Conversations of several clients with the real server, byte for byte at the wire.

import { expect, test } from 'bun:test';

import { market } from '../../../src/protocol/market/index';
import { startServer, type TestServer } from '../../support/server';
import { Conversation } from './conversation';

/** A conversation at a server of its own, whose only clients it has. */
async function play(script: string): Promise<TestServer> {
  await using server = await startServer([market]);
  await using conversation = new Conversation(server.port('market'));
  await conversation.play(script);
  return server;
}

test("the source's server terminal", async () => {
  await using server = await startServer([market]);
  await using conversation = new Conversation(server.port('market'));
  const { console } = server;
  await conversation.play('Identifier2 enters with 1\nIdentifier3 enters with 1');
  await conversation.play('Identifier3 > :q');
  await console.untilLine('[SERVER] Client: <Identifier3> disconnected!');
  await conversation.play('Identifier2 > :q');
  await console.untilLine('[SERVER] Client: <Identifier2> disconnected!');
  expect(console.lines).toEqual([
    '[SERVER] Client: <Identifier2> connected!',
    '[SERVER] Client: <Identifier3> connected!',
    '[SERVER] Client: <Identifier3> disconnected!',
    '[SERVER] Client: <Identifier2> disconnected!',
  ]);
});

test("the source's client terminal 2", () =>
  play(`
    Identifier2 enters with 1
    Identifier3 enters with 1
    Identifier2 < [SERVER] Client: <Identifier3> connected!
    Identifier3 > Hola!
    Identifier2 < <Identifier3>: Hola!
    Identifier2 > Hola!
    Identifier3 < <Identifier2>: Hola!
    Identifier3 > :q
    Identifier3 < You have been disconnected from the best chat in the universe!
    Identifier3 |
    Identifier2 < [SERVER] Client: <Identifier3> disconnected!
    Identifier2 > uwu
    Identifier2 > :q
    Identifier2 < You have been disconnected from the best chat in the universe!
    Identifier2 |
  `));

test("the source's balance dialogue, shown to the one who enters and to no other user", () =>
  play(`
    ann enters with 1
    bob connects
    bob > bob
    bob < [SERVER] Client: What is your balance?
    ann .
    bob > 50000
    bob < [SERVER] Client: The balance of 50000 has been set to your account.
    bob .
    ann < [SERVER] Client: <bob> connected!
    ann .
  `));

test("the source's transfer beyond one's funds", () =>
  play(`
    ann enters with 3000
    bob enters with 0
    ann < [SERVER] Client: <bob> connected!
    ann > :funds
    ann < [SERVER] Client: You have 3000 dollars.
    ann > :t - <bob> - 10000
    ann < [SERVER] Client: You don't have sufficient funds for the transaction.
    bob .
  `));

test('blocking: nothing of theirs comes, and they are not told', () =>
  play(`
    ann enters with 0
    bob enters with 0
    ann < [SERVER] Client: <bob> connected!
    bob > :block - <ann>
    bob < [SERVER] Client: Nothing of <ann> reaches you now.
    bob > :block - bob
    bob < [SERVER] Client: You cannot block yourself.
    bob > :block - nobody
    bob < [SERVER] Client: <nobody> is not connected.
    ann > :p - bob - psst
    ann > hola
    ann .
    bob > :unblock - ann
    bob < [SERVER] Client: You hear <ann> again.
    bob > :unblock - ann
    bob < [SERVER] Client: You do not block <ann>.
    ann > adios
    bob < <ann>: adios
  `));

test('every command, with every kind of line end', () => {
  const script = (end: string) => `
    ann enters with 50
    bob enters with 0
    ann < [SERVER] Client: <bob> connected!
    ann ~ hola :smile :angry :confused${end}
    bob < <ann>: hola :~) >:( :S
    ann ~ :p - <bob> - psst :smile${end}
    bob < <ann>: psst :~)
    ann ~ :p - bob - psst${end}
    bob < <ann>: psst
    ann ~ :u${end}
    ann < [SERVER] Client: Connected users:
    ann < <ann>
    ann < <bob>
    ann ~ :t - <bob> - 10${end}
    ann < [SERVER] Client: You transferred 10 dollars to <bob>.
    bob < [SERVER] Client: <ann> transferred 10 dollars to you.
    bob ~ :t - ann - 3${end}
    bob < [SERVER] Client: You transferred 3 dollars to <ann>.
    ann < [SERVER] Client: <bob> transferred 3 dollars to you.
    ann ~ :funds${end}
    ann < [SERVER] Client: You have 43 dollars.
    bob ~ :funds${end}
    bob < [SERVER] Client: You have 7 dollars.
    ann ~ :x${end}
    ann < [SERVER] Client: Unknown command. Try :q :p :u :t :funds
    ann ~ :t - bob - -5${end}
    ann < [SERVER] Client: The amount must be a whole number above 0.
    ann ~ :p - bob${end}
    ann < [SERVER] Client: Write it like this: :p - <ID> - text
    ann ~ :q${end}
    ann < You have been disconnected from the best chat in the universe!
    ann |
    bob < [SERVER] Client: <ann> disconnected!
  `;
  return Promise.all([play(script('\\n')), play(script('\\r\\n'))]);
});

test('without a single line end, as peers of the course send', () =>
  play(`
    ann enters with 50
    bob connects
    bob ~ bob
    bob < [SERVER] Client: What is your balance?
    bob ~ 50000
    bob < [SERVER] Client: The balance of 50000 has been set to your account.
    ann < [SERVER] Client: <bob> connected!
    bob ~ ¡hola!
    ann < <bob>: ¡hola!
    bob ~ :t - <ann> - 7
    bob < [SERVER] Client: You transferred 7 dollars to <ann>.
    ann < [SERVER] Client: <bob> transferred 7 dollars to you.
    bob ~ :funds
    bob < [SERVER] Client: You have 49993 dollars.
    bob ~ :q
    bob < You have been disconnected from the best chat in the universe!
    bob |
    ann < [SERVER] Client: <bob> disconnected!
  `));

test('several lines in one segment, and one line in many', async () => {
  await using server = await startServer([market]);
  await using conversation = new Conversation(server.port('market'));
  await conversation.play(`
    ann enters with 100
    bob enters with 0
    ann < [SERVER] Client: <bob> connected!
    ann ~ one\\ntwo\\n:t - bob - 100\\n:t - bob - 100\\n:funds\\n
    bob < <ann>: one
    bob < <ann>: two
    bob < [SERVER] Client: <ann> transferred 100 dollars to you.
    bob .
    ann < [SERVER] Client: You transferred 100 dollars to <bob>.
    ann < [SERVER] Client: You don't have sufficient funds for the transaction.
    ann < [SERVER] Client: You have 0 dollars.
  `);
  await conversation.peer('bob').sendByteByByte(':t - ann - 1\r\nbyte by byte\n');
  await conversation.play(`
    ann < [SERVER] Client: <bob> transferred 1 dollars to you.
    ann < <bob>: byte by byte
  `);
});

test('nothing lets money out of nothing', () =>
  play(`
    ann enters with 100
    bob enters with 9007199254740991
    ann < [SERVER] Client: <bob> connected!
    ann > :t - ann - 10
    ann < [SERVER] Client: You cannot transfer money to yourself.
    ann > :t - <nobody> - 10
    ann < [SERVER] Client: <nobody> is not connected.
    ann > :t - bob - -10
    ann < [SERVER] Client: The amount must be a whole number above 0.
    ann > :t - bob - 0
    ann < [SERVER] Client: The amount must be a whole number above 0.
    ann > :t - bob - 0.5
    ann < [SERVER] Client: The amount must be a whole number above 0.
    ann > :t - bob - 1e9
    ann < [SERVER] Client: The amount must be a whole number above 0.
    ann > :t - bob - 0x10
    ann < [SERVER] Client: The amount must be a whole number above 0.
    ann > :t - bob - 9007199254740992
    ann < [SERVER] Client: You don't have sufficient funds for the transaction.
    ann > :t - bob - 101
    ann < [SERVER] Client: You don't have sufficient funds for the transaction.
    ann > :t - bob - 1
    ann < [SERVER] Client: <bob> cannot hold that much money.
    ann > :funds
    ann < [SERVER] Client: You have 100 dollars.
    bob > :t - ann - 9007199254740891
    bob < [SERVER] Client: You transferred 9007199254740891 dollars to <ann>.
    ann < [SERVER] Client: <bob> transferred 9007199254740891 dollars to you.
    ann > :funds
    ann < [SERVER] Client: You have 9007199254740991 dollars.
    bob > :funds
    bob < [SERVER] Client: You have 100 dollars.
  `));

test('identifiers: asked again until one will do, and in use is told', () =>
  play(`
    ann enters with 1
    eve connects
    eve > two words
    eve < [SERVER] Client: An identifier has 1 to 32 visible characters, none of : < > [ ] or space.
    eve < [SERVER] Client: What is your balance?
    eve > <eve>
    eve < [SERVER] Client: An identifier has 1 to 32 visible characters, none of : < > [ ] or space.
    eve < [SERVER] Client: What is your balance?
    eve > ann
    eve < [SERVER] Client: <ann> is already in use.
    eve < [SERVER] Client: What is your balance?
    eve > -5
    eve < [SERVER] Client: The balance must be a whole number.
    eve < [SERVER] Client: What is your balance?
    eve > eve
    eve < [SERVER] Client: What is your balance?
    eve > 1.5
    eve < [SERVER] Client: The balance must be a whole number.
    eve < [SERVER] Client: What is your balance?
    ann .
    eve > 5
    eve < [SERVER] Client: The balance of 5 has been set to your account.
    ann < [SERVER] Client: <eve> connected!
  `));

test('a name that two asked for goes to the first who answers', () =>
  play(`
    one connects
    two connects
    one > ann
    one < [SERVER] Client: What is your balance?
    two > ann
    two < [SERVER] Client: What is your balance?
    two > 5
    two < [SERVER] Client: The balance of 5 has been set to your account.
    one > 5
    one < [SERVER] Client: <ann> is already in use.
    one < [SERVER] Client: What is your balance?
  `));

test('who gives no name is called by address', async () => {
  await using server = await startServer([market]);
  await using conversation = new Conversation(server.port('market'));
  const peer = await conversation.connect('peer');
  const id = `<127.0.0.1:${peer.localPort}>`;
  await conversation.play(`
    ann enters with 10
    peer > 5
    peer < [SERVER] Client: The balance of 5 has been set to your account.
    ann < [SERVER] Client: ${id} connected!
    ann > :t - ${id} - 10
    ann < [SERVER] Client: You transferred 10 dollars to ${id}.
    peer < [SERVER] Client: <ann> transferred 10 dollars to you.
    ann > :p - ${id.slice(1, -1)} - hi
    peer < <ann>: hi
    peer leaves
    ann < [SERVER] Client: ${id} disconnected!
  `);
});

test('private lines to oneself and to an unknown user', () =>
  play(`
    ann enters with 1
    ann > :p - <ann> - hi
    ann < [SERVER] Client: You cannot send a private message to yourself.
    ann > :p - <nobody> - hi
    ann < [SERVER] Client: <nobody> is not connected.
    ann .
  `));

test('a private line is heard by one alone', () =>
  play(`
    ann enters with 1
    bob enters with 1
    eve enters with 1
    ann < [SERVER] Client: <bob> connected!
    ann < [SERVER] Client: <eve> connected!
    bob < [SERVER] Client: <eve> connected!
    ann > :p - <bob> - psst
    bob < <ann>: psst
    eve .
    ann .
  `));

test('no client writes a line of the server, and nothing moves a cursor', () =>
  play(`
    ann enters with 1
    eve enters with 1
    ann < [SERVER] Client: <eve> connected!
    eve ~ x\\r[SERVER] Client: <bob> transferred 5 dollars to you.\\n
    ann < <eve>: x
    ann < <eve>: [SERVER] Client: <bob> transferred 5 dollars to you.
  `));

test('a user who returns is asked again, and begins with what they say then', () =>
  play(`
    ann enters with 100
    ann > :q
    ann < You have been disconnected from the best chat in the universe!
    ann |
    ann enters with 7
    ann > :funds
    ann < [SERVER] Client: You have 7 dollars.
  `));

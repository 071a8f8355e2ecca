// Bad input at the mailbox door: a clear answer or a close, nothing changed, no other peer slowed.

import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';

import { limits } from '../../src/protocol/limits';
import { mailbox } from '../../src/protocol/mailbox/index';
import { ask, register } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { HandClock } from '../support/hand_clock';
import { openChat } from '../support/pty';
import { scratchFolder } from '../support/scratch';
import { startServer, type TestServer } from '../support/server';
import { connectTcp, type TcpPeer } from '../support/tcp';

let folder = '';
let server: TestServer;
let port = 0;
let db: Database;

beforeAll(async () => {
  folder = await scratchFolder();
  // What is said is put into the index of words some time later, which would look like a change.
  server = await startServer([mailbox], { folder, bounds: { historyMs: 0 } });
  port = server.port('mailbox');
  for (const alias of ['alice', 'bob']) await register(port, alias);
  await ask(port, nul('SEND', 'alice', 'bob', 'waits'));
  db = new Database(join(folder, 'chat.db'), { readonly: true });
});
afterAll(async () => {
  db.close();
  await server.stop();
});

/** All that lasts. */
function everything(): unknown {
  const tables = db
    .query<{ name: string }, []>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all();
  return tables.map(({ name }) => [name, db.query(`SELECT * FROM "${name}"`).all()]);
}

const x = (length: number): string => 'x'.repeat(length);
const bad = '\xff';
/** Bytes as they are written here, one a character. */
const raw = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** What is sent, and what comes back before the server ends. */
const table: readonly (readonly [what: string, request: string, answer: string])[] = [
  ['nothing: what the server knows beside the source', '', nul('CHAT', 'KEY', 'INVITE', 'ONCE')],
  ['an unknown operation', nul('RESIGN', 'alice'), ''],
  ['an operation in lower case', nul('register', 'A', 'zed', '01/01/2000'), ''],
  ['an empty operation', nul('', 'alice'), ''],
  ['an operation that is a name of every object', nul('constructor', 'a', 'b'), ''],
  ['half an operation', 'REGIS', ''],
  ['another protocol', 'hello\n', ''],
  ['bytes that are no text', '\xff\xfe\0\0', ''],
  ['1 MiB without NUL', x(2 ** 20), ''],
  ['1 MiB of NULs', '\0'.repeat(2 ** 20), ''],

  ['REGISTER without its fields', 'REGISTER\0', '\x02'],
  ['REGISTER without its date', nul('REGISTER', 'A', 'zed'), '\x02'],
  ['REGISTER with half a date', `${nul('REGISTER', 'A', 'zed')}01/01/20`, '\x02'],
  ['REGISTER with 1 MiB for a name', `REGISTER\0${x(2 ** 20)}`, '\x02'],
  ['REGISTER with an alias of 256 bytes', nul('REGISTER', 'A', x(256), '01/01/2000'), '\x02'],
  ['REGISTER with an empty alias', nul('REGISTER', 'A', '', '01/01/2000'), '\x02'],
  ['REGISTER with an alias of blanks', nul('REGISTER', 'A', '  ', '01/01/2000'), '\x02'],
  ['REGISTER with a number', nul('REGISTER', 'A', '#7', '01/01/2000'), '\x02'],
  ['REGISTER with an escape', nul('REGISTER', 'A', 'z\x1b[2J', '01/01/2000'), '\x02'],
  ['REGISTER with a line end', nul('REGISTER', 'A', 'z\ns> x', '01/01/2000'), '\x02'],
  ['REGISTER that is not UTF-8', nul('REGISTER', 'A', `z${bad}`, '01/01/2000'), '\x02'],
  ['REGISTER with half a character', nul('REGISTER', '\xc3', 'zed', '01/01/2000'), '\x02'],
  ['REGISTER with an overlong NUL', nul('REGISTER', 'A', 'z\xc0\x80', '01/01/2000'), '\x02'],
  ['REGISTER with half a surrogate', nul('REGISTER', 'A', 'z\xed\xa0\x80', '01/01/2000'), '\x02'],
  ['REGISTER on 31/02/2000', nul('REGISTER', 'A', 'zed', '31/02/2000'), '\x02'],
  ['REGISTER on 29/02/1900', nul('REGISTER', 'A', 'zed', '29/02/1900'), '\x02'],
  ['REGISTER on 00/01/2000', nul('REGISTER', 'A', 'zed', '00/01/2000'), '\x02'],
  ['REGISTER on 2000-31-12', nul('REGISTER', 'A', 'zed', '2000-31-12'), '\x02'],
  ['REGISTER tomorrow', nul('REGISTER', 'A', 'zed', '01/01/9999'), '\x02'],
  ['REGISTER of a name that is taken', nul('REGISTER', 'A', 'alice', '01/01/2000'), '\x01'],

  ['UNREGISTER of an unknown user', nul('UNREGISTER', 'zed'), '\x01'],
  ['UNREGISTER that is not UTF-8', nul('UNREGISTER', `alice${bad}`), '\x02'],
  ['UNREGISTER of 256 bytes', nul('UNREGISTER', x(256)), '\x02'],

  ['CONNECT to port 0', nul('CONNECT', 'alice', '0'), '\x03'],
  ['CONNECT to port 70000', nul('CONNECT', 'alice', '70000'), '\x03'],
  ['CONNECT to port abc', nul('CONNECT', 'alice', 'abc'), '\x03'],
  ['CONNECT to port -1', nul('CONNECT', 'alice', '-1'), '\x03'],
  ['CONNECT to no port', nul('CONNECT', 'alice', ''), '\x03'],
  ['CONNECT without its port', nul('CONNECT', 'alice'), '\x03'],
  ['CONNECT to a port that is not UTF-8', nul('CONNECT', 'alice', bad), '\x03'],
  ['CONNECT of an unknown user', nul('CONNECT', 'zed', '4000'), '\x01'],
  ['DISCONNECT of a user who is not connected', nul('DISCONNECT', 'alice'), '\x02'],
  ['DISCONNECT of an unknown user', nul('DISCONNECT', 'zed'), '\x01'],
  ['DISCONNECT of 256 bytes', nul('DISCONNECT', x(256)), '\x03'],

  ['SEND of 256 bytes', nul('SEND', 'alice', 'bob', x(256)), '\x02'],
  ['SEND of 256 bytes in 255 characters', nul('SEND', 'alice', 'bob', `\xc3\xb1${x(254)}`), '\x02'],
  ['SEND to a name that is not UTF-8', nul('SEND', 'alice', `bob${bad}`, 'hi'), '\x02'],
  ['SEND of 1 MiB', nul('SEND', 'alice', 'bob', x(2 ** 20)), '\x02'],
  ['SEND without its text', nul('SEND', 'alice', 'bob'), '\x02'],
  ['SEND whose text has no end', `${nul('SEND', 'alice', 'bob')}hi`, '\x02'],
  ['SEND from an unknown user', nul('SEND', 'zed', 'bob', 'hi'), '\x01'],
  ['SEND to an unknown user', nul('SEND', 'alice', 'zed', 'hi'), '\x01'],
  ['SEND to an empty name', nul('SEND', 'alice', '', 'hi'), '\x01'],
  ['CONNECTEDUSERS for a user who is not connected', nul('CONNECTEDUSERS', 'alice'), '\x01'],
  ['CONNECTEDUSERS for an unknown user', nul('CONNECTEDUSERS', 'zed'), '\x02'],
  ['CONNECTEDUSERS of 256 bytes', nul('CONNECTEDUSERS', x(256)), '\x02'],
  ['SENDATTACH without its size', nul('SENDATTACH', 'alice', 'bob', 'hi', 'a'), '\x02'],
  ['SENDATTACH of 256 bytes of text', nul('SENDATTACH', 'alice', 'bob', x(256), 'a', '1'), '\x02'],
  ['GETFILE without its id', nul('GETFILE', 'bob', 'alice'), '\x02'],
  ['GETFILE of an unknown file', nul('GETFILE', 'bob', 'alice', '1'), '\x02'],
  ['ATTACHES for a user who is not connected', nul('ATTACHES', 'alice'), '\x02'],
];

describe('answered or closed, and nothing changed', () => {
  test.each(table)('%s', async (_, request, answer) => {
    const before = everything();
    const peer = await connectTcp(port);
    // A peer that is answered before it has sent all may still be sending the rest.
    await peer.send(raw(request)).catch(() => {});
    peer.finish();
    expect(Buffer.from(await peer.readToEnd())).toEqual(Buffer.from(answer, 'latin1'));
    peer.close();
    expect(everything()).toEqual(before);
  });

  test('cut anywhere, byte by byte, it comes to the same', async () => {
    const before = everything();
    await using peer = await connectTcp(port);
    await peer.sendByteByByte(raw(nul('REGISTER', 'A', 'zed', '31/02/2000')));
    expect(await peer.readToEnd()).toEqual(Buffer.from('\x02'));
    expect(everything()).toEqual(before);
  });

  test('the largest that is right is taken: aliases and texts of 255 bytes', async () => {
    await using own = await startServer([mailbox]);
    const to = own.port('mailbox');
    const alias = 'ñ'.repeat(127) + 'x';
    expect(await ask(to, nul('REGISTER', x(255), alias, '01/01/2000'))).toBe('\0');
    expect(await ask(to, nul('SEND', alias, alias, x(255)))).toBe('\x001\0');
  });

  test('the console stays one line an operation, whatever users are called', () => {
    for (const line of server.console.lines) {
      expect(line).toMatch(/^s> ?/);
      expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    }
    expect(server.console.warnings).toEqual([]);
  });
});

describe('30 s for a whole request', () => {
  let clock: HandClock;
  let slow: TestServer;
  beforeAll(async () => {
    clock = new HandClock();
    slow = await startServer([mailbox], { bounds: { clock } });
  });
  afterAll(() => slow.stop());

  /** Connections whose beginning the server has received. */
  async function begun(requests: readonly string[]): Promise<TcpPeer[]> {
    const peers = await Promise.all(
      requests.map(async (request) => {
        const peer = await connectTcp(slow.port('mailbox'));
        if (request !== '') await peer.send(raw(request));
        return peer;
      }),
    );
    await ask(slow.port('mailbox'), nul('UNREGISTER', 'zed'));
    return peers;
  }

  test.each([
    ['a client that says nothing', '', ''],
    ['half an operation', 'SEN', ''],
    ['a request whose last field is missing', nul('SEND', 'alice', 'bob'), '\x02'],
    ['an alias that has begun to come', 'CONNECTEDUSERS\0al', '\x02'],
  ])('%s', async (_, request, answer) => {
    const [peer] = await begun([request]);
    clock.pass(limits.net.requestMs - 1);
    await ask(slow.port('mailbox'), nul('UNREGISTER', 'zed'));
    expect([peer?.closed, peer?.unread.length]).toEqual([false, 0]);
    clock.pass(1);
    expect(await peer?.readToEnd()).toEqual(Buffer.from(answer));
  });

  test('one byte now and then gives no more time', async () => {
    const [peer] = await begun(['']);
    for (const byte of 'SEND\0') {
      await peer?.send(byte);
      await ask(slow.port('mailbox'), nul('UNREGISTER', 'zed'));
      clock.pass(limits.net.requestMs / 5);
    }
    expect(await peer?.readToEnd()).toEqual(Buffer.from('\x02'));
  });

  test('an alias of CONNECTEDUSERS that does not come is not waited for', async () => {
    const [peer] = await begun([nul('CONNECTEDUSERS')]);
    clock.pass(limits.mailbox.optionalFieldMs - 1);
    expect(peer?.unread.length).toBe(0);
    clock.pass(1);
    expect(await peer?.readToEnd()).toEqual(Buffer.from('\x02'));
  });

  test('an answered client that does not end is let go', async () => {
    const [peer] = await begun([nul('RESIGN')]);
    await peer?.readToEnd();
    clock.pass(limits.net.closingMs);
    // Its connection is gone on the server's side: what is sent there now meets a reset.
    const isGone = (): boolean => peer?.closed === true;
    while (!isGone()) {
      await peer?.send('x').catch(() => {});
      await new Promise((next) => setImmediate(next));
    }
    expect(clock.timers()).toBe(0);
  });

  test('five hundred at once are let go at once', async () => {
    const peers = await begun(Array.from({ length: 500 }, (_, index) => (index % 2 ? '' : 'SEND')));
    clock.pass(limits.net.requestMs);
    for (const peer of peers) expect((await peer.readToEnd()).length).toBe(0);
    for (const peer of peers) peer.close();
  });
});

describe('a message’s text on a terminal', () => {
  test('shows what it holds and does nothing', async () => {
    const text =
      'red \x1b[31m title \x1b]0;owned\x07 back \x08\x08 bidi \u202e clear \x1b[2J\x9b2J end';
    await using own = await startServer([mailbox]);
    const to = own.port('mailbox');
    for (const alias of ['alice', 'bob']) await register(to, alias);
    const args = ['connect', 'bob', '-s', '127.0.0.1', '-p', String(to)];
    await using screen = await openChat(args, { columns: 120 });
    await screen.until('s> CONNECT OK');
    await ask(to, nul('SEND', 'alice', 'bob', text));
    await screen.until(/end$/m);
    expect(screen.everything).toContain(
      'red \\x1b[31m title \\x1b]0;owned\\x07 back \\x08\\x08 bidi \\u202e clear \\x1b[2J\\x9b2J end',
    );
    expect(screen.everything).toContain('s> CONNECT OK');
  });
});

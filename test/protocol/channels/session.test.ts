// The server's side of one client: every situation of the table, every decision about order and ends.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { channels } from '../../../src/protocol/channels/index';
import { limits } from '../../../src/protocol/limits';
import { type Name, ok, refused, type RoomName, type Said } from '../../../src/protocol/model';
import { type Answers, FakeHost, Feed } from '../../support/fake_host';
import { padded, textsOf } from './support';

const agreeing: Answers = {
  enter: (command) => ok({ name: 'name' in command.wanted ? command.wanted.name : ('' as Name) }),
  leave: () => ok(undefined),
  'room-create': () => ok(undefined),
  'room-join': () => ok(undefined),
  rooms: () => ok({ rooms: ['168_tas' as RoomName] }),
  say: () => ok({ room: '168_tas' as RoomName }),
};

function client(answers: Answers = {}, name = 'Scott') {
  const host = new FakeHost({ ...agreeing, ...answers });
  const session = channels.server.open(host);
  const feed = new Feed(session, host);
  const send = (...texts: string[]): void => feed.push(Buffer.concat(texts.map(padded)));
  const answered = (): string[] => {
    const texts = textsOf(host.bytes);
    host.takeText();
    return texts;
  };
  if (name !== '') send(name);
  return { host, session, feed, send, answered };
}
const asked = (host: FakeHost): string[] => host.commands.map((command) => command.do);
const said = (text: string): Said => ({
  is: 'said',
  room: '168_tas' as RoomName,
  from: 'Alice' as Name,
  text,
  origin: 'channels',
  at: 0,
});

describe('the first frame', () => {
  test('is the name; a second one of that name is renamed, not refused', () => {
    const { host } = client();
    expect(host.commands).toEqual([
      {
        do: 'enter',
        session: host.session,
        machine: host.machine,
        address: host.remote,
        wanted: { name: 'Scott' as Name },
        collision: 'rename',
        dialect: 'channels',
      },
    ]);
    expect(host.writes).toEqual([]);
  });

  test('of spaces only is the name guest', () => {
    const { host } = client({}, '      ');
    expect(host.commands[0]).toMatchObject({ wanted: { name: 'guest' } });
  });

  test('is awaited for so long and no longer', () => {
    const { host, session, feed } = client({}, '');
    expect(host.wakeMs).toBe(limits.net.requestMs);
    feed.push(new Uint8Array(199));
    expect(host.commands).toEqual([]);
    session.woke();
    expect(host.ending).toBe('ended');
  });

  test('that came takes the clock away', () => {
    const { host, session } = client();
    expect(host.wakeMs).toBeUndefined();
    session.woke();
    expect(host.ending).toBe('open');
  });

  test('refused for want of room is answered, and the end', () => {
    const { host, session, answered } = client({ enter: () => refused('overloaded') });
    expect(answered()).toEqual(['The server could not do that now. Try again later.']);
    expect(host.ending).toBe('ended');
    session.lost();
    expect(asked(host)).toEqual(['enter']);
  });
});

describe('/list', () => {
  test('answers the names, a line each', () => {
    const { send, answered } = client({
      rooms: () => ok({ rooms: ['168_tas', 'b'] as RoomName[] }),
    });
    send('/list');
    expect(answered()).toEqual(['168_tas\nb']);
  });

  test('of no channel answers nothing', () => {
    const { host, send } = client({ rooms: () => ok({ rooms: [] }) });
    send('/list');
    expect(host.writes).toEqual([]);
  });
});

describe('/join', () => {
  test('moves from any other channel and says nothing to the one who asked', () => {
    const { host, send } = client();
    send('/join 168_tas');
    expect(host.commands[1]).toEqual({
      do: 'room-join',
      session: host.session,
      room: '168_tas' as RoomName,
      only: true,
    });
    expect(host.writes).toEqual([]);
  });

  test('of an unknown channel', () => {
    const { send, answered } = client({ 'room-join': () => refused('unknown-room') });
    send('/join nowhere');
    expect(answered()).toEqual(["No channel named nowhere exists. Try '/create nowhere'?"]);
  });

  test('of what can be no channel', () => {
    const { host, send, answered } = client();
    const name = 'x'.repeat(190);
    send(`/join ${name}`);
    expect(answered().join('')).toBe(`No channel named ${name} exists. Try '/create ${name}'?`);
    expect(asked(host)).toEqual(['enter']);
  });

  test.each(['/join', '/join a b'])('without one name: %s', (line) => {
    const { host, send, answered } = client();
    send(line);
    expect(answered()).toEqual([
      '/join command must be followed by the name of a channel to join.',
    ]);
    expect(asked(host)).toEqual(['enter']);
  });
});

describe('/create', () => {
  test('creates, then joins, and says nothing to the one who asked', () => {
    const { host, send } = client();
    send('/create 168_tas');
    expect(host.commands.slice(1)).toEqual([
      { do: 'room-create', session: host.session, room: '168_tas' as RoomName },
      { do: 'room-join', session: host.session, room: '168_tas' as RoomName, only: true },
    ]);
    expect(host.writes).toEqual([]);
  });

  test('of a known channel changes nothing', () => {
    const { host, send, answered } = client({ 'room-create': () => refused('room-exists') });
    send('/create 168_tas');
    expect(answered()).toEqual(['Room 168_tas already exists, so cannot be created.']);
    expect(asked(host)).toEqual(['enter', 'room-create']);
  });

  test('of one too many', () => {
    const { send, answered } = client({ 'room-create': () => refused('too-many') });
    send('/create 168_tas');
    expect(answered()).toEqual(['Too many channels, so 168_tas cannot be created.']);
  });

  test.each(['/create', '/create a b', `/create ${'x'.repeat(65)}`, '/create \0'])(
    'without one usable name: %j',
    (line) => {
      const { host, send, answered } = client();
      send(line);
      expect(answered()).toEqual([
        '/create command must be followed by the name of a channel to create',
      ]);
      expect(asked(host)).toEqual(['enter']);
    },
  );

  test('holds back what came glued behind it until it is known where that is said', () => {
    const { host, send, answered } = client({ say: () => refused('not-member') });
    host.hold = true;
    send('/create a', 'hello', '/create b', 'bye');
    host.release(2);
    expect(asked(host)).toEqual(['enter', 'room-create', 'room-join', 'say', 'room-create']);
    host.release();
    expect(asked(host).slice(5)).toEqual(['room-join', 'say']);
    expect(answered().length).toBe(2);
  });
});

describe('anything else', () => {
  test('is said to the channel, spaces before it kept', () => {
    const { host, send } = client();
    send('Hello world!', '  x', '');
    expect(host.commands.slice(1)).toEqual(
      ['Hello world!', '  x', ''].map((text) => ({ do: 'say', session: host.session, text })),
    );
    expect(host.writes).toEqual([]);
  });

  test('outside any channel is refused', () => {
    const { send, answered } = client({ say: () => refused('not-member') });
    send('Hello world!');
    expect(answered()).toEqual([
      'Not currently in any channel. Must join a channel before sending messages.',
    ]);
  });

  test('that is not UTF-8 keeps its bytes', () => {
    const { host, feed } = client();
    const rubbish = Buffer.alloc(200, 0xfe);
    feed.push(rubbish);
    expect(host.commands[1]).toMatchObject({ do: 'say', raw: Uint8Array.from(rubbish) });
  });

  test('that the server cannot take is answered', () => {
    const { send, answered } = client({ say: () => refused('overloaded') });
    send('hi');
    expect(answered()).toEqual(['The server could not do that now. Try again later.']);
  });
});

test('an unknown control message is answered with its first word', () => {
  const { send, answered } = client();
  send('/foobar now', '/');
  expect(answered()).toEqual([
    '/foobar is not a valid control message. Valid messages are /create, /list, and /join.',
    '/ is not a valid control message. Valid messages are /create, /list, and /join.',
  ]);
});

test('answers come in the order of the questions', () => {
  const { host, send, answered } = client({ 'room-join': () => refused('unknown-room') });
  host.hold = true;
  send('/join a', '/bad', '/list', '/join');
  expect(host.writes).toEqual([]);
  host.release();
  expect(answered().map((text) => text.slice(0, 9))).toEqual([
    'No channe',
    '/bad is n',
    '168_tas',
    '/join com',
  ]);
});

test('byte by byte it is the same conversation', () => {
  const script = ['Scott', '/list', '/create a', 'hi', '/join', '/bad'].map(padded);
  const whole = client({}, '');
  whole.feed.push(Buffer.concat(script));
  const dripped = client({}, '');
  dripped.feed.drip(Buffer.concat(script));
  expect(dripped.host.commands).toEqual(whole.host.commands);
  expect(dripped.host.text).toBe(whole.host.text);
});

test('any bytes at all are taken, and every frame but the first is answered or submitted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 450 }), { maxLength: 20 }),
      (pieces) => {
        const { host, feed } = client({ say: () => refused('not-member') });
        for (const piece of pieces) feed.push(piece.slice());
        expect(feed.inbox.length).toBeLessThan(200);
        expect(host.bytes.length % 200).toBe(0);
        expect(host.ending).toBe('open');
      },
    ),
  );
});

describe('of clients that count otherwise', () => {
  const wantedName = (host: FakeHost): unknown =>
    host.commands.find((command) => command.do === 'enter')?.wanted;

  test('what was sent without padding before a close is dropped: nobody can tell that it is whole', () => {
    const { host, feed } = client();
    feed.push('/create a');
    feed.end();
    expect(asked(host)).toEqual(['enter', 'leave']);
  });

  test('of 201 bytes the last one begins the next frame', () => {
    const { host, feed } = client();
    feed.push(Buffer.concat([padded('one'), Buffer.from('x')]));
    feed.push(padded('two').subarray(0, 199));
    expect(host.commands.filter((command) => command.do === 'say').map(({ text }) => text)).toEqual(
      ['one', 'xtwo'],
    );
  });

  test('a line end behind a name is no part of it, one inside makes it unusable', () => {
    const behind = client({}, '');
    behind.feed.push(padded('Ana\n'));
    expect(wantedName(behind.host)).toEqual({ name: 'Ana' as Name });
    const inside = client({}, '');
    inside.feed.push(padded('An\na'));
    expect(wantedName(inside.host)).toEqual({ name: 'guest' as Name });
  });

  test('a command before the name is the name', () => {
    const { host, feed } = client({}, '');
    feed.push(padded('/list'));
    expect(asked(host)).toEqual(['enter']);
    expect(wantedName(host)).toEqual({ name: '/list' as Name });
  });
});

describe('what it is told', () => {
  test('goes out at once', () => {
    const { session, answered } = client();
    session.tell(said('Hi'));
    session.tell({ ...said(''), is: 'joined', name: 'Alice' as Name });
    expect(answered()).toEqual(['[Alice] Hi', 'Alice has joined']);
  });

  test('is the same bytes for everybody', () => {
    const written: Uint8Array[] = [];
    const host = new FakeHost(agreeing);
    host.write = (bytes) => void written.push(bytes);
    const sessions = [channels.server.open(host), channels.server.open(host)];
    const event = said('Hi');
    for (const session of sessions) session.tell(event);
    expect(written[0]).toBe(written[1] as Uint8Array);
  });

  test('a private message is settled as delivered, or as failed after the end', () => {
    const { session, answered } = client();
    const settled: string[] = [];
    const message = {
      ...said('psst'),
      is: 'direct',
      to: 'Scott' as Name,
      serial: 1,
      id: 1,
    } as const;
    session.deliver(message, (result) => settled.push(result));
    expect(answered()).toEqual(['[Alice] (private) psst']);
    session.lost();
    session.deliver(message, (result) => settled.push(result));
    expect(settled).toEqual(['delivered', 'failed']);
  });
});

describe('the end', () => {
  test('of the client: what it asked is answered, then it leaves, then we end', () => {
    const { host, session, feed, send, answered } = client();
    host.hold = true;
    send('/create a', '/list', 'half a frame');
    feed.end();
    host.release(2);
    expect(host.ending).toBe('open');
    host.release();
    expect(asked(host)).toEqual(['enter', 'room-create', 'room-join', 'rooms', 'say', 'leave']);
    expect(answered()).toEqual(['168_tas']);
    expect(host.ending).toBe('ended');
    session.lost();
    expect(asked(host).filter((name) => name === 'leave').length).toBe(1);
  });

  test('of a client that never named itself submits nothing', () => {
    const { host, session, feed } = client({}, '');
    feed.end();
    session.lost();
    expect(host.commands).toEqual([]);
    expect(host.ending).toBe('ended');
  });

  test('of the connection: it leaves, once, and writes nothing more', () => {
    const { host, session, send } = client();
    host.hold = true;
    send('/create a', '/list');
    session.lost();
    host.end();
    host.release();
    session.tell(said('too late'));
    expect(asked(host)).toEqual(['enter', 'room-create', 'leave']);
  });

  test('of the server: what was asked is answered first', () => {
    const { host, session, send, answered } = client();
    host.hold = true;
    send('/list');
    session.closing();
    send('not read any more');
    expect(host.ending).toBe('open');
    host.release();
    expect(answered()).toEqual(['168_tas']);
    expect(host.ending).toBe('ended');
    session.lost();
    host.release();
    expect(asked(host)).toEqual(['enter', 'rooms', 'leave']);
  });
});

// The interactive client: gives its name, lets its user answer, shows what comes, leaves.

import { describe, expect, test } from 'bun:test';

import type { ClientOptions, Target } from '../../../src/protocol/dialect';
import { market } from '../../../src/protocol/market/index';
import { texts } from '../../../src/protocol/market/wire/messages';
import { FakeClientHost } from '../../support/fake_client_host';

const target: Target = { user: 'alice', host: '127.0.0.1', port: 8891, path: '' };
const anonymous: Target = { host: '127.0.0.1', port: 8891, path: '' };

function client(more: Partial<ClientOptions> = {}) {
  const host = new FakeClientHost();
  const options = { target, interactive: true, takeover: false, plain: true, ...more };
  const session = market.client.connect(host, options);
  const done: string[] = [];
  const type = (line: string): void => session.typed(line, (ending) => done.push(ending));
  const hear = (...lines: string[]): void =>
    host.connection.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  const sent = (): string => host.connection.take().toString();
  return { host, session, type, hear, sent, done };
}

/** One that was welcomed and asked, and gave its name, which was accepted. */
function asked(more: Partial<ClientOptions> = {}) {
  const all = client(more);
  all.host.connection.events?.opened?.();
  all.hear(texts.welcome, texts.question, texts.question);
  all.sent();
  return all;
}
function inside(more: Partial<ClientOptions> = {}) {
  const all = asked(more);
  all.type('50000');
  all.hear(texts.balanceSet(50_000));
  all.sent();
  all.host.takeLines();
  return all;
}

describe('entering', () => {
  test('its name answers the first question, its user the second', () => {
    const { host, type, hear, sent } = client();
    host.connection.events?.opened?.();
    expect(sent()).toBe('');
    hear(texts.welcome, texts.question);
    expect(sent()).toBe('alice\n');
    hear(texts.question);
    type('50000');
    expect(sent()).toBe('50000\n');
    expect(host.prompts).toEqual([]);
    hear(texts.balanceSet(50_000));
    expect(host.prompts).toEqual(['Me: ']);
    expect(host.takeLines()).toEqual([texts.welcome, texts.question, texts.balanceSet(50_000)]);
  });

  test('without a name it says only what is typed', () => {
    const { host, type, hear, sent } = client({ target: anonymous });
    type('50000');
    host.connection.events?.opened?.();
    expect(sent()).toBe('50000\n');
    hear(texts.welcome, texts.question);
    expect(host.takeLines()).toEqual([texts.welcome, texts.question]);
  });

  test('what is typed waits until the name is accepted', () => {
    const { host, type, hear, sent, done } = client();
    type('50000');
    host.connection.events?.opened?.();
    type('hola');
    hear(texts.welcome, texts.question);
    expect(sent()).toBe('alice\n');
    expect(done).toEqual([]);
    hear(texts.question);
    expect(sent()).toBe('50000\nhola\n');
    expect(done).toEqual(['done', 'done']);
  });

  test('a user at a terminal whose name is in use chooses another', () => {
    const { host, type, hear, sent } = client();
    host.connection.events?.opened?.();
    hear(texts.welcome, texts.question, texts.inUse('alice'), texts.question);
    sent();
    type('alicia');
    expect(sent()).toBe('alicia\n');
    expect(host.endings).toEqual([]);
  });

  test('whoever comes back finds their own name in use for a while, and is to try again', () => {
    const { host, hear } = client({ resumed: {} });
    host.connection.events?.opened?.();
    hear(texts.welcome, texts.question, texts.inUse('alice'));
    expect(host.endings).toEqual(['not-allowed']);
  });

  test('a script whose name is in use says nothing under another', () => {
    const { host, type, hear, sent, done } = client({ interactive: false });
    type('50000');
    host.connection.events?.opened?.();
    hear(texts.welcome, texts.question);
    hear(texts.inUse('alice'), texts.question);
    expect(sent()).toBe('alice\n:q\n');
    expect(done).toEqual(['done']);
    hear(texts.farewell);
    host.connection.events?.ended();
    expect(host.endings).toEqual(['not-allowed']);
  });

  test.each(['50000', '-5', 'two words', '<alice>', '#7', 'x'.repeat(33)])(
    'the name %j cannot be one, and nothing is dialled',
    (user) => {
      const { host } = client({ target: { ...target, user } });
      expect(host.connections).toEqual([]);
      expect(host.endings).toEqual(['bad-data']);
    },
  );

  test('a server that is not there', () => {
    const { host, type, done } = client();
    type('50000');
    host.connection.events?.lost('refused');
    expect(host.takeLines()).toEqual(['Unable to connect to 127.0.0.1:8891']);
    expect(host.endings).toEqual(['unreachable']);
    expect(done).toEqual(['unreachable']);
  });

  test('a server that never asks does not hold a script for ever', () => {
    const { host } = client({ interactive: false });
    host.connection.events?.opened?.();
    host.ring();
    expect(host.endings).toEqual(['unreachable']);
  });
});

describe('inside', () => {
  test('what is typed is sent, what comes is shown', () => {
    const { host, type, hear, sent } = inside();
    type('Hola!');
    type(':t - <bob> - 5');
    expect(sent()).toBe('Hola!\n:t - <bob> - 5\n');
    hear(texts.joined('bob'), '<bob>: Hola!', texts.sent(5, 'bob'), texts.paid('bob', 7));
    expect(host.takeLines()).toEqual([
      '[SERVER] Client: <bob> connected!',
      '<bob>: Hola!',
      '[SERVER] Client: You transferred 5 dollars to <bob>.',
      '[SERVER] Client: <bob> transferred 7 dollars to you.',
    ]);
  });

  test('a program gets objects', () => {
    const { host, hear } = inside();
    const lines = [
      '<bob>: hi',
      texts.joined('bob'),
      texts.left('bob'),
      texts.funds(3),
      texts.balanceSet(4),
      texts.sent(5, 'bob'),
      texts.paid('bob', 6),
      texts.users,
      '<bob>',
      texts.insufficient,
      'other',
      texts.welcome,
    ];
    hear(...lines);
    expect(host.shown.map(({ json }) => json)).toEqual([
      { type: 'message', from: 'bob', text: 'hi' },
      { type: 'joined', name: 'bob' },
      { type: 'left', name: 'bob' },
      { type: 'balance', amount: 3 },
      { type: 'balance', amount: 4 },
      { type: 'transferred', to: 'bob', amount: 5 },
      { type: 'paid', from: 'bob', amount: 6 },
      { type: 'users' },
      { type: 'user', name: 'bob' },
      { type: 'refusal', why: 'insufficient', text: texts.insufficient },
      { type: 'told', text: 'other' },
      { type: 'welcome', text: texts.welcome },
    ]);
    expect(host.takeLines()).toEqual(lines);
  });

  test('bytes of the server cut at every place, and servers that end no line', () => {
    const stream = Buffer.from(`${texts.joined('ñandú')}\r\n<ñandú>: ¡hola!\n`);
    for (let cut = 0; cut <= stream.length; cut++) {
      const { host } = inside();
      host.connection.push(stream.subarray(0, cut));
      host.connection.push(stream.subarray(cut));
      expect(host.takeLines()).toEqual([texts.joined('ñandú'), '<ñandú>: ¡hola!']);
    }
    const { host } = client({ target: anonymous });
    host.connection.events?.opened?.();
    host.connection.push(Buffer.from(texts.welcome));
    expect(host.connection.wakeMs).toBe(150);
    expect(host.takeLines()).toEqual([]);
    host.connection.events?.woke?.();
    expect(host.takeLines()).toEqual([texts.welcome]);
  });

  test('what is too long is refused before it is sent, and told if it comes', () => {
    const { host, type, hear, sent, done } = inside();
    type('x'.repeat(65_537));
    expect(sent()).toBe('');
    expect(done.at(-1)).toBe('bad-data');
    expect(host.takeLines()).toEqual(['A line has at most 65536 bytes.']);
    hear('x'.repeat(100_000), '<bob>: hi');
    expect(host.takeLines()).toEqual(['The server sent a line that is too long.', '<bob>: hi']);
  });

  test('Tab completes commands, emojis and the names it has heard', () => {
    const { session, hear } = inside();
    hear(texts.joined('bob'), '<carol>: hi', texts.joined('dave'), texts.left('dave'), '<erin>');
    expect(session.complete?.(':')).toEqual([
      ':q',
      ':p',
      ':u',
      ':funds',
      ':t',
      ':block',
      ':unblock',
      ':smile',
      ':angry',
      ':confused',
    ]);
    expect(session.complete?.('I am :an')).toEqual([':smile', ':angry', ':confused']);
    expect(session.complete?.(':t - ')).toEqual(['bob', 'carol', 'erin']);
    expect(session.complete?.(':p - <c')).toEqual(['<bob>', '<carol>', '<erin>']);
    expect(session.complete?.('hi b')).toEqual(['bob', 'carol', 'erin']);
    expect(session.complete?.('hi ')).toEqual([]);
    expect(session.complete?.('/')).toEqual(['/help', '/quit']);
  });
});

describe('a person at a terminal', () => {
  const person = (more: Partial<ClientOptions> = {}) => client({ plain: false, ...more });
  /** One that has asked for marks. */
  function askedFor(more: Partial<ClientOptions> = {}) {
    const all = person(more);
    all.host.connection.events?.opened?.();
    all.hear(texts.welcome, texts.question, texts.question, texts.question);
    return all;
  }

  test('is told what to answer, then what can be done, once', () => {
    const { host, hear, sent } = askedFor();
    expect(sent()).toBe('alice\n:marks\n');
    expect(host.takeLines()).toEqual([
      texts.welcome,
      texts.question,
      '(you are <alice>; a whole number of dollars)',
    ]);
    hear(texts.badBalance, texts.question);
    expect(host.takeLines()).toEqual([texts.badBalance, texts.question]);
    hear(texts.balanceSet(5));
    expect(host.takeLines()).toEqual([
      texts.balanceSet(5),
      '(what you type is said to all; /help shows what else you can do)',
    ]);
  });

  test('sees which lines are private, and how to answer them', () => {
    const { host, hear } = askedFor();
    host.takeLines();
    hear('[PRIVATE] <bob>: psst', '<bob>: aloud', '[PRIVATE] <bob>: psst again');
    expect(host.shown.map(({ json }) => json['private'])).toEqual([
      true,
      undefined,
      undefined,
      true,
    ]);
    expect(host.takeLines()).toEqual([
      '[PRIVATE] <bob>: psst',
      '(:p - <bob> - TEXT answers)',
      '<bob>: aloud',
      '[PRIVATE] <bob>: psst again',
    ]);
  });

  test('types commands with a slash, and two to say one', () => {
    const { host, type, sent, done } = askedFor();
    sent();
    host.takeLines();
    type('/users');
    type('/dance');
    type('//dance');
    type('/help');
    expect(sent()).toBe('/dance\n');
    expect(host.takeLines().slice(0, 3)).toEqual([
      'There is no /users. Did you mean :u? /help shows what there is; //users says it with one slash.',
      'There is no /dance. /help shows what there is; //dance says it with one slash.',
      'TEXT                  said to all who are here',
    ]);
    expect(done).toEqual(['usage', 'usage', 'done', 'done']);
    type('/quit');
    expect(sent()).toBe(':q\n');
  });

  test('on a server that knows no marks enters all the same', () => {
    const { host, hear, sent } = person();
    host.connection.events?.opened?.();
    hear(texts.welcome, texts.question, texts.question, texts.badName, texts.question);
    expect(sent()).toBe('alice\n:marks\n');
    expect(host.takeLines().slice(0, 2)).toEqual([texts.welcome, texts.question]);
  });

  test('who comes back has the balance that they had, and is not asked', () => {
    const { host, hear, sent } = person({ resumed: {} });
    host.connection.events?.opened?.();
    hear(texts.welcome, texts.question, texts.question, texts.question);
    hear(texts.funds(700), texts.question, texts.balanceSet(700));
    expect(sent()).toBe('alice\n:marks\n:funds\n700\n');
    expect(host.prompts).toEqual(['Me: ']);
  });

  test('a script reads private lines as the source has them', () => {
    const { host, hear } = askedFor({ interactive: false });
    host.takeLines();
    hear('[PRIVATE] <bob>: psst');
    expect(host.shown[0]).toMatchObject({ lines: ['<bob>: psst'], json: { private: true } });
  });
});

describe('leaving', () => {
  test('by :q, by Ctrl-C or the end of input: the server says goodbye first', () => {
    for (const how of ['typed', 'leave'] as const) {
      const { host, session, type, hear, sent } = inside();
      if (how === 'typed') type(':q');
      else session.leave();
      expect(sent()).toBe(':q\n');
      session.leave();
      type('late');
      expect(sent()).toBe('');
      hear(texts.farewell);
      host.connection.events?.ended();
      host.connection.events?.lost('closed');
      expect(host.takeLines()).toEqual([texts.farewell]);
      expect(host.endings).toEqual(['done']);
    }
  });

  test('a server that does not let go is left', () => {
    const { host, session } = inside();
    session.leave();
    expect(host.endings).toEqual([]);
    host.ring();
    expect(host.endings).toEqual(['done']);
  });

  test('before the connection stands', () => {
    const { host, session } = client();
    session.leave();
    expect(host.endings).toEqual(['done']);
    expect(host.connection.ending).toBe('aborted');
  });

  test('while the name is not yet accepted', () => {
    const user = client();
    user.host.connection.events?.opened?.();
    user.session.leave();
    expect(user.sent()).toBe(':q\n');
    const script = client({ interactive: false });
    script.type('5');
    script.session.leave();
    script.host.connection.events?.opened?.();
    script.session.leave();
    script.hear(texts.welcome, texts.question, texts.question);
    expect(script.sent()).toBe('alice\n5\n:q\n');
  });

  test("a script's exit status is its first refusal", () => {
    const { host, session, hear } = inside({ interactive: false });
    session.leave();
    hear(texts.notConnected('bob'), texts.insufficient, texts.farewell);
    host.connection.events?.ended();
    expect(host.endings).toEqual(['unknown-user']);
  });

  test('the server goes, with a goodbye or without', () => {
    const polite = inside();
    polite.hear(texts.farewell);
    polite.host.connection.events?.ended();
    expect(polite.host.takeLines()).toEqual([texts.farewell]);
    expect(polite.host.endings).toEqual(['unreachable']);
    const rude = inside();
    rude.host.connection.push(Buffer.from('<bob>: half'));
    rude.host.connection.events?.ended();
    expect(rude.host.takeLines()).toEqual(['<bob>: half', 'Disconnected from 127.0.0.1:8891']);
    expect(rude.host.endings).toEqual(['unreachable']);
  });
});

// The interactive client: what it sends for what is typed, what it shows for what comes, how it leaves.

import { describe, expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels/index';
import { texts } from '../../../src/protocol/channels/wire/messages';
import type { ClientOptions, Target } from '../../../src/protocol/dialect';
import { FakeClientHost } from '../../support/fake_client_host';
import { padded, textsOf } from './support';

const target: Target = { user: 'Scott', host: '127.0.0.1', port: 55555, path: '' };

function client(more: Partial<ClientOptions> = {}) {
  const host = new FakeClientHost();
  const session = channels.client.connect(host, {
    target,
    interactive: true,
    takeover: false,
    plain: true,
    ...more,
  });
  const type = (line: string): void => session.typed(line, (ending) => expect(ending).toBe('done'));
  return { host, session, type };
}
function connected(more: Partial<ClientOptions> = {}) {
  const all = client(more);
  all.host.connection.events?.opened?.();
  all.host.connection.take();
  const hear = (...frames: string[]): void =>
    all.host.connection.push(Buffer.concat(frames.map(padded)));
  return { ...all, hear };
}

describe('connecting', () => {
  test('sends the name as the first frame and draws the prompt', () => {
    const { host } = client();
    expect(host.connection.writes).toEqual([]);
    expect(host.prompts).toEqual([]);
    host.connection.events?.opened?.();
    expect(host.connection.take()).toEqual(padded('Scott'));
    expect(host.prompts).toEqual(['[Me] ']);
  });

  test('joins the channel of a URL', () => {
    const { host } = client({ target: { ...target, path: '168_tas' } });
    host.connection.events?.opened?.();
    expect(textsOf(host.connection.take())).toEqual(['Scott', '/join 168_tas']);
  });

  test('that fails is told in the words of the source', () => {
    const { host } = client();
    host.connection.events?.lost('refused');
    expect(host.takeLines()).toEqual(['Unable to connect to 127.0.0.1:55555']);
    expect(host.endings).toEqual(['unreachable']);
  });

  test('sends what was typed meanwhile behind the name', () => {
    const { host, type } = client();
    type('/list');
    type('hi');
    host.connection.events?.opened?.();
    expect(textsOf(host.connection.take())).toEqual(['Scott', '/list', 'hi']);
  });

  test('with a name that no frame holds is refused', () => {
    const { host } = client({ target: { ...target, user: 'x'.repeat(201) } });
    expect(host.connections).toEqual([]);
    expect(host.endings).toEqual(['bad-data']);
  });
});

describe('typing', () => {
  test('sends each line as a frame, blank ones too', () => {
    const { host, type } = connected();
    type('Hello world!');
    type('  /list');
    type('');
    expect(host.connection.take()).toEqual(
      Buffer.concat(['Hello world!', '  /list', ''].map(padded)),
    );
  });

  test('cuts a long line, and no frame but the first controls', () => {
    const { host, type } = connected();
    type('x'.repeat(200) + '/create mine');
    expect(textsOf(host.connection.take())).toEqual(['x'.repeat(199), 'x/create mine']);
  });

  test('completes commands, and channels that a list has named', () => {
    const { session, hear } = connected();
    expect(session.complete?.('/j')).toContain('/join');
    expect(session.complete?.('/join ')).toEqual([]);
    hear('168_tas\nother', '[Alice] said', 'third');
    expect(session.complete?.('/join 1')).toEqual(['168_tas', 'other', 'third']);
    expect(session.complete?.('/create 1')).toEqual([]);
    expect(session.complete?.('hello ')).toEqual([]);
  });
});

describe('hearing', () => {
  test('shows what comes without the spaces at its end', () => {
    const { host, hear } = connected();
    hear('Alice has joined', '[Alice] Hi everyone!', '168_tas\nother', texts.outside);
    expect(host.takeLines()).toEqual([
      'Alice has joined',
      '[Alice] Hi everyone!',
      '168_tas',
      'other',
      texts.outside,
    ]);
  });

  test('waits for the whole of a frame, however it is cut', () => {
    const { host } = connected();
    const bytes = Buffer.concat([padded('one'), padded('two')]);
    for (let at = 0; at < 399; at++) host.connection.push(bytes.subarray(at, at + 1));
    expect(host.takeLines()).toEqual(['one']);
    host.connection.push(bytes.subarray(399));
    expect(host.takeLines()).toEqual(['two']);
  });

  test('shows nothing for a blank frame', () => {
    const { host, hear } = connected();
    hear('');
    expect(host.shown).toEqual([]);
  });

  test('lets no user write a line of their own below their text', () => {
    const { host, hear } = connected();
    hear('[Eve] hi\nAlice has left');
    expect(host.takeLines()).toEqual(['[Eve] hi', '    Alice has left']);
  });

  test('gives programs the parts', () => {
    const { host, hear } = connected();
    hear('[Alice] hi', 'Bob has left', '168_tas', texts.joinNameless);
    expect(host.shown.map(({ json }) => json)).toEqual([
      { type: 'message', from: 'Alice', text: 'hi' },
      { type: 'left', name: 'Bob' },
      { type: 'told', text: '168_tas' },
      { type: 'refusal', why: 'nameless', text: texts.joinNameless },
    ]);
  });
});

describe('leaving', () => {
  test('ends our side, hears the rest, and is over when the server has ended too', () => {
    const { host, session, type, hear } = connected();
    type('/list');
    session.leave();
    session.leave();
    expect(host.connection.ending).toBe('ended');
    expect(host.endings).toEqual([]);
    hear('168_tas');
    host.connection.events?.ended();
    host.connection.events?.lost('closed');
    expect(host.takeLines()).toEqual(['168_tas']);
    expect(host.endings).toEqual(['done']);
  });

  test('does not wait for ever for a server that does not end', () => {
    const { host, session } = connected();
    session.leave();
    host.ring();
    expect(host.endings).toEqual(['done']);
  });

  test('while dialling is at once for a user at a terminal', () => {
    const { host, session } = client();
    session.leave();
    expect(host.connection.ending).toBe('aborted');
    expect(host.endings).toEqual(['done']);
    host.connection.events?.lost('closed');
    expect(host.shown).toEqual([]);
  });

  test('while still dialling says what a script had to say first', () => {
    const { host, session, type } = client({ interactive: false });
    type('hi');
    session.leave();
    expect(host.endings).toEqual([]);
    host.connection.events?.opened?.();
    expect(textsOf(host.connection.take())).toEqual(['Scott', 'hi']);
    expect(host.connection.ending).toBe('ended');
    host.connection.events?.ended();
    expect(host.endings).toEqual(['done']);
  });

  test.each([
    [texts.unknownChannel('x'), 'unknown-user'],
    [texts.unknownControl('/x'), 'usage'],
    [texts.outside, 'not-allowed'],
    [texts.tooMany('x'), 'try-later'],
  ] as const)('a script fails with its first refusal: %s', (text, ending) => {
    const { host, session, hear } = connected({ interactive: false });
    hear(text, texts.createNameless);
    session.leave();
    host.connection.events?.ended();
    expect(host.endings).toEqual([ending]);
  });

  test.each(['ended', 'reset'] as const)('by the server is told in its words: %s', (how) => {
    const { host } = connected();
    if (how === 'ended') host.connection.events?.ended();
    host.connection.events?.lost(how === 'ended' ? 'closed' : 'reset');
    expect(host.takeLines()).toEqual(['Server at 127.0.0.1:55555 has disconnected']);
    expect(host.endings).toEqual(['unreachable']);
  });
});

describe('a session that comes back', () => {
  const unknown = texts.unknownChannel('tea');
  const exists = texts.channelExists('tea');
  const back = () => connected({ resumed: { path: 'tea' } });

  test('was in the channel that was joined or made last, and not refused', () => {
    const { session, type, hear } = connected({ target: { ...target, path: 'first' } });
    expect(session.resume?.()).toEqual({ path: 'first' });
    type('/create tea');
    type('hello /join nowhere');
    expect(session.resume?.()).toEqual({ path: 'tea' });
    type('/join none');
    hear(texts.unknownChannel('none'));
    expect(session.resume?.()).toEqual({ path: 'tea' });
  });

  test('joins it, else makes it, else joins what others made meanwhile, and says nothing of that', () => {
    const { host, hear } = back();
    hear(unknown);
    expect(textsOf(host.connection.take())).toEqual(['/create tea']);
    hear(exists);
    expect(textsOf(host.connection.take())).toEqual(['/join tea']);
    expect(host.takeLines()).toEqual([]);
  });

  test('takes nobody back who has gone elsewhere, and counts no failure', () => {
    const { host, session, type, hear } = connected({
      resumed: { path: 'tea' },
      interactive: false,
    });
    type('/create milk');
    host.connection.take();
    hear(unknown);
    expect(host.connection.take()).toHaveLength(0);
    session.leave();
    host.connection.events?.ended();
    expect(host.endings).toEqual(['done']);
  });
});

describe('a person at a terminal', () => {
  const person = (more: Partial<ClientOptions> = {}) => connected({ plain: false, ...more });

  test('is greeted, and told where texts go', () => {
    const { host } = person();
    expect(host.takeLines()).toEqual([
      'You are Scott. /list shows the channels, /join NAME enters one; /help shows the rest.',
    ]);
    expect(host.prompts).toEqual(['no channel> ']);
    const inside = person({ target: { ...target, path: '168_tas' } });
    expect(inside.host.takeLines()).toEqual([
      'You are Scott in 168_tas. What you type is said there; /help shows the rest.',
    ]);
    expect(inside.host.prompts).toEqual(['168_tas> ']);
  });

  test('is told that they are guest, and why', () => {
    const nameless = { host: target.host, port: target.port, path: '' };
    expect(person({ target: nameless }).host.takeLines()[0]).toStartWith(
      'You are guest (you gave no name; channels://NAME@HOST:PORT gives one).',
    );
    expect(person({ target: { ...target, user: 'a[b' } }).host.takeLines()[0]).toStartWith(
      'You are guest (a[b cannot be a name here;',
    );
  });

  test('has the channel in the prompt, and the one before where the server refuses', () => {
    const { host, type, hear } = person();
    type('/create x');
    type('/join y');
    hear(texts.unknownChannel('y'));
    type('/create x');
    hear(texts.channelExists('x'));
    type('/join');
    hear(texts.joinNameless);
    hear(texts.outside);
    expect(host.prompts).toEqual([
      'no channel> ',
      'x> ',
      'y> ',
      'x> ',
      'x> ',
      'x> ',
      'no channel> ',
    ]);
    const refused = person({ target: { ...target, path: 'gone' } });
    refused.hear(texts.unknownChannel('gone'));
    expect(refused.host.prompts).toEqual(['gone> ', 'no channel> ']);
  });

  test('asks for help, completes names, and quits', () => {
    const { host, session, type, hear } = person();
    hear('Alice has joined', '[Bob] hi', '[Carol] hi', 'Carol has left');
    host.takeLines();
    type('/help');
    expect(host.takeLines()[0]).toStartWith('TEXT ');
    expect(host.connection.take()).toHaveLength(0);
    expect(session.complete?.('hi A')).toEqual(['Alice', 'Bob']);
    expect(session.complete?.('hi ')).toEqual([]);
    expect(session.complete?.('/')).toEqual(['/create', '/join', '/list', '/help', '/quit']);
    type('/quit');
    expect(host.connection.ending).toBe('ended');
  });

  test('the words of the source alone are for pipes and --plain', () => {
    const { host, type } = connected();
    type('/help');
    expect(textsOf(host.connection.take())).toEqual(['/help']);
    expect(host.takeLines()).toEqual([]);
    expect(host.prompts).toEqual(['[Me] ']);
  });
});

// The built programs: the source's four runs on one machine and on five, Ctrl-C on each, both halves in one terminal.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';

import { relay } from '../../../src/protocol/relay/index';
import { type Chat, runChat, startChat } from '../../support/executable';
import { canMakeHosts, makeHosts } from '../../support/hosts';
import { keys, openChat, type Screen } from '../../support/pty';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';
import { flw, msg } from './frames';
import { RelayProgram } from './person';

/** What runs each program: nothing for this machine, a namespace's command for another. */
interface Places {
  readonly server: readonly string[];
  readonly emitters: readonly [readonly string[], readonly string[]];
  readonly displays: readonly [readonly string[], readonly string[]];
  readonly address: string;
}

/** The source's tests over its topology (source 002, "Topologia mininet"): five programs, one on each host. */
async function fourRuns({ server, emitters, displays, address }: Places): Promise<void> {
  const chat = await startChat(['serve', '--memory', '--relay', '0'], { within: server });
  const [, port] = await chat.until(/^relay +(\d+)/m, { on: 'err' });
  const url = (id: number): string => `relay://${id}@${address}:${port}`;
  const program = async (id: number, within: readonly string[], what: string): Promise<Chat> => {
    const args = ['connect', url(id), '--role', what];
    const started = await startChat(args, { within });
    await started.until(`You are ${what} ${id}.`, { on: 'err' });
    return started;
  };
  const first = await program(1001, displays[0], 'display');
  const second = await program(1002, displays[1], 'display');
  const one = await program(1, emitters[0], 'emitter');
  const two = await program(2, emitters[1], 'emitter');

  one.write('Ob-la-di\n');
  await Promise.all([first, second].map((display) => display.until('Ob-la-di')));
  one.write('@1002 Ob-la-da\n');
  await second.until('Ob-la-da');
  two.write('@1001 Life goes on, brah!!!\n');
  await first.until('brah!!!');
  one.write('/who 1001\n');
  await first.until('Displays');

  for (const emitter of [one, two]) {
    emitter.end();
    expect(await emitter.ended).toEqual({ status: 0, out: '', err: emitter.err });
  }
  first.write('/quit\n');
  expect(await first.ended).toMatchObject({
    status: 0,
    out: [
      'Message from 1: Ob-la-di',
      'Message from 2: Life goes on, brah!!!',
      'Emitters: 1, 2',
      'Displays: 1001, 1002',
      '',
    ].join('\n'),
  });
  // The last one is told by the server.
  expect(await chat.kill('SIGINT')).toMatchObject({ status: 0 });
  expect(await second.ended).toMatchObject({
    status: 69,
    out: [
      'Message from 1: Ob-la-di',
      'Message from 1: Ob-la-da',
      'Message from 0: server is closing',
      'The server is closing.',
      '',
    ].join('\n'),
  });
}

describe('the four runs of the source', () => {
  test('on this machine', async () => {
    const here: readonly string[] = [];
    const places = { server: here, emitters: [here, here], displays: [here, here] } as const;
    await fourRuns({ ...places, address: '127.0.0.1' });
  }, 60_000);

  test.skipIf(!canMakeHosts())(
    'on five hosts at one switch',
    async () => {
      await using network = await makeHosts(5);
      const [server, ...others] = network.hosts;
      const [one = [], two = [], first = [], second = []] = others.map(({ command }) => command);
      const places = { emitters: [one, two], displays: [first, second] } as const;
      await fourRuns({ ...places, server: server?.command ?? [], address: server?.address ?? '' });
    },
    60_000,
  );
});

describe('at a terminal', () => {
  let server: TestServer;
  let port: number;
  beforeEach(async () => {
    server = await startServer([relay]);
    port = server.port('relay');
  });
  afterEach(async () => {
    RelayProgram.resetAll();
    await server.stop();
  });
  const open = async (id: number, prompt: string, ...more: string[]): Promise<Screen> => {
    const screen = await openChat([
      'connect',
      '--plain',
      `relay://${id}@127.0.0.1:${port}`,
      ...more,
    ]);
    await screen.until((shown) => shown.cursorLine === prompt);
    return screen;
  };
  /** The number is free again at once: the program has said goodbye. */
  const isFree = async (...ids: number[]): Promise<void> => {
    for (const id of ids) await (await RelayProgram.registered(port, id)).leave();
  };

  test('chat send takes any free number beside an open session, and says of a display that nobody can register it', async () => {
    const env = { XDG_STATE_HOME: await scratchFolder() };
    const place = `127.0.0.1:${port}`;
    await using session = await openChat(['connect', `relay://7@${place}`], { env });
    await session.until('You are emitter 7 and display 1007. What you type goes to all');
    expect(await runChat(['send', `relay://${place}/1007`, 'psst'], { env })).toMatchObject({
      status: 0,
    });
    expect(await runChat(['send', `relay://${place}/0`, 'aloud'], { env })).toMatchObject({
      status: 0,
    });
    await session.until(/^\d\d:\d\d Message from 1 \(private\): psst$/m);
    await session.until(/^\d\d:\d\d Message from 1: aloud$/m);
  });

  test('both halves in one: what comes is shown above the line being typed, which stays', async () => {
    const other = await RelayProgram.registered(port, 8);
    const display = await RelayProgram.registered(port, 1008);
    await using both = await open(7, '7> ');
    expect(both.lines[0]).toBe('You are emitter 7 and display 1007.');
    both.type(`Ob-la-di${keys.enter}`);
    await both.until('Message from 7: Ob-la-di');
    expect(await display.line()).toBe('MSG 7>1008 #1 "Ob-la-di"');
    both.type(`half a line${keys.left}${keys.left}`);
    await both.until((screen) => screen.cursorLine === '7> half a line');
    other.send(msg(8, 0, 'excuse me', 1), msg(8, 1007, '\u001b[2Jclear\nMessage from 9: me', 2));
    await both.until('Message from 9: me');
    await both.until((screen) => screen.cursorLine === '7> half a line');
    expect(both.lines.slice(0, 7)).toEqual([
      'You are emitter 7 and display 1007.',
      '7> Ob-la-di',
      'Message from 7: Ob-la-di',
      'Message from 8: excuse me',
      'Message from 8: \\x1b[2Jclear',
      'Message from 8: Message from 9: me',
      '7> half a line',
    ]);
    expect(both.cursor.column).toBe('7> half a li'.length);
    both.type(`${keys.end}${keys.enter}`);
    expect(await display.lines(2)).toEqual([
      'MSG 8>1008 #1 "excuse me"',
      'MSG 7>1008 #2 "half a line"',
    ]);
    both.type(keys.control('c'));
    expect(await both.ended).toBe(130);
    await isFree(7, 1007);
    await Promise.all([other.leave(), display.leave()]);
  }, 30_000);

  test('/who and Tab, then an emitter that stops its own display and goes on', async () => {
    await using both = await open(7, '7> ');
    both.type(`/who${keys.enter}`);
    await both.until('Displays: 1007');
    both.type(`/st${keys.tab}`);
    await both.until((screen) => screen.cursorLine === '7> /stop ');
    both.type(`10${keys.tab}`);
    await both.until((screen) => screen.cursorLine.startsWith('7> /stop 1007'));
    both.type(keys.enter);
    await both.until('What you type is still sent.');
    await isFree(1007);
    const display = await RelayProgram.registered(port, 1007);
    both.type(`still here${keys.enter}`);
    expect(await display.line()).toBe('MSG 7>1007 #3 "still here"');
    both.type(`/quit${keys.enter}`);
    expect(await both.ended).toBe(0);
    await isFree(7);
    await display.leave();
  }, 30_000);

  test('Ctrl-C on an emitter, and on a display', async () => {
    await using emitter = await open(7, '7> ', '--role', 'emitter');
    await using display = await open(1007, '1007> ');
    for (const screen of [emitter, display]) {
      screen.type(keys.control('c'));
      expect(await screen.ended).toBe(130);
    }
    await isFree(7, 1007);
  }, 30_000);

  test('a display that is stopped by its emitter ends by itself', async () => {
    const emitter = await RelayProgram.registered(port, 7);
    await using display = await open(1007, '1007> ');
    expect(await emitter.answers(flw(7, 1007, 1))).toEqual(['OK 0>7 #1']);
    expect(await display.ended).toBe(0);
    expect(display.everything).toContain('Stopped by 7.');
    await isFree(1007);
    await emitter.leave();
  }, 30_000);

  test('a number in use', async () => {
    const emitter = await RelayProgram.registered(port, 7);
    await using late = await openChat(['connect', `relay://7@127.0.0.1:${port}`]);
    expect(await late.ended).toBe(75);
    expect(late.everything).toContain('Number 7 is in use; 0 is any that is free.');
    await emitter.leave();
  }, 30_000);
});

describe('behind pipes', () => {
  let server: TestServer;
  let place: string;
  beforeEach(async () => {
    server = await startServer([relay]);
    place = `127.0.0.1:${server.port('relay')}`;
  });
  afterEach(async () => {
    RelayProgram.resetAll();
    await server.stop();
  });

  test('a script sees what it said before it ends; the first refusal is the exit status', async () => {
    const input = 'Ob-la-di\n@1007 just me\n/who\n@1002 nobody\n/dance\n';
    const ended = await runChat(['connect', `relay://7@${place}`], { input });
    expect(ended).toEqual({
      status: 67,
      out: [
        'Message from 7: Ob-la-di',
        'Message from 7: just me',
        'Emitters: 7',
        'Displays: 1007',
        'There is no display 1002.',
        'There is no /dance. Try /help; a text that begins with / is written //.',
        '',
      ].join('\n'),
      err: 'You are emitter 7 and display 1007.\n',
    });
  }, 30_000);

  test('one object a message for a program', async () => {
    const ended = await runChat(['connect', `relay://7@${place}`, '--json'], { input: 'hi\n' });
    const objects = ended.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects).toHaveLength(2);
    expect(objects.find(({ type }) => type === 'message')).toMatchObject({
      from: 7,
      to: 1007,
      text: 'hi',
      sequence: 1,
    });
    expect(objects.find(({ type }) => type === 'result')).toMatchObject({
      do: 'say',
      to: 0,
      sequence: 1,
      status: 'done',
    });
    expect(ended.status).toBe(0);
  }, 30_000);

  test('chat send: to one, to all, to an unknown display, too long', async () => {
    const [first, second] = await Promise.all(
      [1001, 1002].map((id) => RelayProgram.registered(server.port('relay'), id)),
    );
    const send = (to: string, text: string) => runChat(['send', `relay://7@${place}${to}`, text]);
    expect(await send('/1002', 'Ob-la-da')).toEqual({ status: 0, out: '', err: '' });
    expect(await second?.line()).toBe('MSG 7>1002 #1 "Ob-la-da"');
    expect(await send('/0', 'Ob-la-di')).toMatchObject({ status: 0 });
    expect(await first?.line()).toBe('MSG 7>1001 #1 "Ob-la-di"');
    expect(await send('/1001,1002', 'Life goes on')).toMatchObject({ status: 0 });
    expect(await first?.line()).toBe('MSG 7>1001 #1 "Life goes on"');
    expect(await second?.lines(2)).toEqual([
      'MSG 7>1002 #1 "Ob-la-di"',
      'MSG 7>1002 #2 "Life goes on"',
    ]);
    const unknown = await send('/1003', 'hi');
    expect(unknown).toMatchObject({ status: 67, out: '' });
    expect(unknown.err).toContain('There is no display 1003.');
    expect((await send('/1002', 'x'.repeat(141))).status).toBe(65);
    expect((await send('/1002', 'é'.repeat(70))).status).toBe(0);
  }, 60_000);
});

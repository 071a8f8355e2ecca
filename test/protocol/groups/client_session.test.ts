// The interactive client against a played server: coming in, conversations, prompts, silence, and the end.

import { describe, expect, test } from 'bun:test';

import { Played } from './played';

describe('coming in', () => {
  test('gives the name and shows who is there', () => {
    const played = new Played();
    played.wire.events?.opened?.();
    expect(played.says()).toEqual(['Req.Connect User=alice Id=1']);
    played.hears(
      'Res.Confirmation User=alice Id=1 Status=ok | alice 10.0.0.1 5\\nbob b 10.0.0.1 0\\n',
    );
    expect(played.shown).toEqual([
      'You are in as alice; commands shows what you can do.',
      'alice 10.0.0.1 5',
      'bob b 10.0.0.1 0',
    ]);
    expect(played.prompt).toBe('chat> ');
  });

  test.each([
    ['name-taken', 'not-allowed', 'alice: this name is taken'],
    ['bad-name', 'bad-data', 'alice: this cannot be a name here'],
    ['try-later', 'try-later', 'alice: the server cannot do it now'],
  ] as const)('refused with %s ends with %s', (status, ending, line) => {
    const played = new Played();
    played.wire.events?.opened?.();
    played.types('chat bob');
    played.hears(`Res.Confirmation Id=1 Status=${status}`);
    expect(played.shown).toEqual([line]);
    expect(played.host.endings).toEqual([ending]);
    expect(played.endings).toEqual([ending]);
  });

  test('into a conversation where the address says with whom; what was typed before waits', () => {
    const played = new Played({ path: 'bob' });
    played.types('hola');
    played.wire.events?.opened?.();
    played.answers('Res.Confirmation User=alice Status=ok | bob 10.0.0.1 6\\n');
    expect(played.says()).toEqual(['Req.Send To=bob Id=s1 | hola']);
    expect(played.prompt).toBe('to bob> ');
  });

  test('where no server is ends as the diagram of a lost server says', () => {
    const played = new Played();
    played.wire.events?.lost('refused');
    expect(played.shown).toEqual(['No connection to the server h:8892 could be established.']);
    expect(played.host.endings).toEqual(['unreachable']);
  });
});

describe('a conversation', () => {
  test('sends each line to one user until quit', () => {
    const played = new Played().enters();
    played.types('chat bob', 'hola', ' users', '', 'quit', 'users');
    expect(played.says()).toEqual([
      'Req.Send To=bob Id=s1 | hola',
      'Req.Send To=bob Id=s2 |  users',
      'Req.List Id=2',
    ]);
    expect(played.host.prompts.slice(-2)).toEqual(['to bob> ', 'chat> ']);
  });

  test('by port, unless a user is called so', () => {
    const played = new Played().enters();
    played.types('chat 6', 'hola');
    expect(played.says()).toEqual(['Req.Send Id=s1 | hola']);
    played.hears('Req.Send User=7 Id=1 | soy siete');
    played.types('quit', 'chat 7', 'hola');
    expect(played.says()).toEqual([
      'Res.Send confirmation Id=1 Status=ok',
      'Req.Send To=7 Id=s2 | hola',
    ]);
  });

  test('with anybody by dest>message', () => {
    const played = new Played().enters();
    played.types('chat2', 'bob> hola > que tal', 'ana maría>x', 'no receiver', '>nobody');
    expect(played.says()).toEqual([
      'Req.Send To=bob Id=s1 | hola > que tal',
      'Req.Send To="ana maría" Id=s2 | x',
    ]);
    expect(played.shown).toHaveLength(2);
    expect(played.endings.slice(-2)).toEqual(['usage', 'usage']);
  });

  test('when the other is gone, the line that was being typed is neither said nor a command', () => {
    for (const line of ['quit club', 'leave club', 'file x ben']) {
      const played = new Played().enters();
      played.types('chat bob');
      played.hears('Req.Disconnect User=ben');
      expect(played.prompt).toBe('to bob> ');
      played.hears('Req.Disconnect User=bob');
      expect(played.shown).toEqual(['ben has disconnected', 'bob has disconnected']);
      expect(played.prompt).toBe('bob is gone> ');
      played.types(line);
      expect(played.says()).toEqual([]);
      expect(played.shown).toEqual([`bob has left, so this was not sent: ${line}`]);
      expect(played.endings.at(-1)).toBe('unknown-user');
      expect(played.prompt).toBe('chat> ');
    }
  });

  test('quit leaves one whose partner is gone, and not the program', () => {
    const played = new Played().enters();
    played.types('chat bob');
    played.hears('Req.Disconnect User=bob');
    played.types('quit');
    expect(played.says()).toEqual([]);
    expect(played.prompt).toBe('chat> ');
  });

  test('goes on where the other comes back and writes', () => {
    const played = new Played().enters();
    played.types('chat bob');
    played.hears('Req.Disconnect User=bob', 'Req.Send User=bob Id=1 | here again');
    expect(played.prompt).toBe('to bob> ');
  });

  test('of a script says nothing to nobody, and takes no line as a command, until quit', () => {
    const played = new Played({ interactive: false }).enters();
    played.types('chat bob');
    played.hears('Req.Disconnect User=bob');
    played.types('a', 'leave club', 'quit', 'users');
    expect(played.says()).toEqual(['Req.List Id=2']);
    expect(played.endings).toEqual(['done', 'unknown-user', 'unknown-user', 'done']);
  });

  test('opens for a name that nobody here has only where the user insists', () => {
    const played = new Played().enters();
    played.types('chat bop');
    played.answers('Res.List | alice 10.0.0.1 5\\nbob 10.0.0.1 6\\n');
    expect(played.shown).toEqual([
      'Nobody here is bop. Did you mean bob? To write to somebody who is away, type it again.',
    ]);
    expect(played.endings).toEqual(['unknown-user']);
    expect(played.prompt).toBe('chat> ');
    played.types('chat bop', 'hola');
    expect(played.says()).toEqual(['Req.Send To=bop Id=s1 | hola']);
  });

  test('opens for a user who has come since the last list', () => {
    const played = new Played().enters();
    played.types('chat zoe');
    played.answers('Res.List | zoe 10.0.0.1 9\\n');
    expect(played.prompt).toBe('to zoe> ');
  });

  test('commands of a person: what nobody would say, and whatever has a slash', () => {
    const played = new Played().enters();
    played.types('chat bob', 'commands', '/help', '/users', '/chat alice', '//x', '/dance');
    expect(played.says()).toEqual(['Req.List Id=2', 'Req.Send To=alice Id=s1 | /x']);
    expect(played.shown.at(-1)).toBe('/dance is no command; commands shows them all.');
    played.types('file them under x', 'commands are here');
    expect(played.says()).toEqual([
      'Req.Send To=alice Id=s2 | file them under x',
      'Req.Send To=alice Id=s3 | commands are here',
    ]);
    played.types('file x bob', '/file y');
    expect(played.shown.map((line) => line.split(':')[0])).toEqual([
      'x cannot be read',
      'y cannot be read',
    ]);
    expect(played.says()).toEqual([]);
  });

  test("a script's conversation says everything but quit and decisions", () => {
    const played = new Played({ interactive: false }).enters();
    played.types('chat bob', 'commands', '/help', 'file x bob');
    expect(played.says()).toEqual([
      'Req.Send To=bob Id=s1 | commands',
      'Req.Send To=bob Id=s2 | /help',
      'Req.Send To=bob Id=s3 | file x bob',
    ]);
  });

  test('with a group, once one is in it', () => {
    const played = new Played().enters();
    played.hears('Req.Group.Invite User=bob Group=club');
    played.types('join club');
    played.answers('Res.Confirmation Group=club Status=ok');
    played.types('chat club', 'hola');
    expect(played.says()).toEqual(['Req.Send Group=club Id=s1 | hola']);
    expect(played.shown).toEqual([
      'bob asks you into the group club: join club or decline club',
      'You are in the group club.',
    ]);
  });

  test('leaves a decision about a file that is open a command', () => {
    const played = new Played().enters();
    played.types('chat bob', 'accept f1');
    played.hears('File_transfer User=bob Id=f1 Status=offer File-Name=x File-Size=5');
    played.types('accept f1', 'accept f2', ' reject f1');
    expect(played.says()).toEqual([
      'Req.Send To=bob Id=s1 | accept f1',
      'File_transfer Id=f1 Status=accept',
      'Req.Send To=bob Id=s2 | accept f2',
      'Req.Send To=bob Id=s3 |  reject f1',
    ]);
    expect(played.shown).toEqual(['bob offers x (5 bytes): accept f1 or reject f1']);
  });

  test('refuses what is longer than a body', () => {
    const played = new Played().enters();
    played.types('chat bob', 'ñ'.repeat(33_000));
    expect(played.says()).toEqual([]);
    expect(played.endings.at(-1)).toBe('bad-data');
  });
});

describe('a silent server', () => {
  test('is asked for the list after 10 s, and lost 5 s later', () => {
    const played = new Played().enters();
    played.types('chat bob');
    expect(played.wire.wakeMs).toBe(10_000);
    played.wire.events?.woke?.();
    expect(played.says()).toEqual(['Req.List Id=2']);
    expect(played.wire.wakeMs).toBe(5_000);
    played.wire.events?.woke?.();
    expect(played.shown[0]).toBe('No connection to the server h:8892 could be established.');
    // A person stays, with what is being typed; the next line tries again.
    expect(played.host.endings).toEqual([]);
    expect(played.host.connections).toHaveLength(1);
    played.types('hola');
    expect(played.host.connections).toHaveLength(2);
  });

  test('ends a script', () => {
    const played = new Played({ interactive: false }).enters();
    played.wire.events?.lost('reset');
    expect(played.host.endings).toEqual(['unreachable']);
  });

  test('is there again with any word of its', () => {
    const played = new Played().enters();
    played.wire.events?.woke?.();
    played.answers('Res.List | alice 10.0.0.1 5\\n');
    expect(played.shown).toEqual([]);
    expect(played.wire.wakeMs).toBe(10_000);
    played.wire.events?.woke?.();
    expect(played.host.endings).toEqual([]);
  });
});

describe('the end', () => {
  test('by quit outside a conversation says so, and waits for the answer', () => {
    const played = new Played().enters();
    played.types('quit');
    expect(played.says()).toEqual(['Req.Disconnect Id=2']);
    expect(played.host.endings).toEqual([]);
    played.hears('Res.Confirmation Id=2 Status=ok');
    expect(played.host.endings).toEqual(['done']);
  });

  test('does not wait for ever', () => {
    const played = new Played().enters();
    played.session.leave();
    played.host.ring();
    expect(played.host.endings).toEqual(['done']);
  });

  test('of a script is its first failure', () => {
    const played = new Played({ interactive: false }).enters();
    played.types('chat2', 'zoe>a');
    played.answers('Res.Send confirmation Status=failed Reason=unknown-user | unknown user');
    played.session.leave();
    played.answers('Res.Confirmation Status=ok');
    expect(played.host.endings).toEqual(['unknown-user']);
  });

  test('of the server is told', () => {
    const played = new Played().enters();
    played.hears('Req.Disconnect');
    played.wire.events?.ended();
    expect(played.shown.slice(0, 2)).toEqual([
      'The server is closing.',
      'No connection to the server h:8892 could be established.',
    ]);
    played.types('quit');
    expect(played.host.endings).toEqual(['unreachable']);
  });
});

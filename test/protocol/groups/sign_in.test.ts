// Coming in at the server's side: names, accounts, refusals, and what waits for the answer.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { yes } from '../../support/fake_host';
import { Client, direct, name, no, room } from './fake_client';

describe('coming in', () => {
  test('is answered with the list; a user of another door has port 0', () => {
    const client = new Client({}, false);
    client.sends('Req.Connect User=alice Id=1');
    expect(client.hears()).toEqual([
      'Res.Confirmation User=alice Id=1 Status=ok | bob 127.0.0.1 5000\\nana maría 127.0.0.1 0\\n',
    ]);
    expect(client.asked).toEqual(['enter', 'users', 'group-list']);
  });

  test('writes the address of the server and both ports into every message', () => {
    const client = new Client({}, false);
    client.sends('Req.List');
    expect(client.host.text).toStartWith(
      'IP: 127.0.0.1\nSide: server\nAction: Res.Confirmation\nSource-Port: 8888\nDestination-Port: 40000\n',
    );
  });

  test('with a key makes the client that account, whose groups are told', () => {
    const groups = [{ name: room('club'), creates: true, members: [name('alice')] }];
    const client = new Client({ 'group-list': () => yes<'group-list'>({ groups }) }, false);
    client.host.secrets.set('alice', ['secret', 7]);
    client.sends('Req.Connect User=alice Token=secret');
    expect(client.host.commands[0]).toMatchObject({ do: 'login', account: 'alice', credential: 7 });
    expect(client.hears().at(-1)).toBe('Group.Joined User=alice Group=club');
  });

  test('with a password does too, and what is wrong is refused', () => {
    const client = new Client({ 'group-list': () => yes<'group-list'>({ groups: [] }) }, false);
    client.host.secrets.set('alice', ['correct-horse', 9]);
    client.sends('Req.Connect User=alice Password=wrong-horse');
    expect(client.hears()).toEqual(['Res.Confirmation Status=not-allowed']);
    client.sends('Req.Connect User=alice Password=correct-horse');
    expect(client.host.commands[0]).toMatchObject({ do: 'login', account: 'alice', credential: 9 });
  });

  test.each([
    ['rate-limited', 'try-later'],
    ['overloaded', 'try-later'],
  ] as const)('a credential that is not checked now (%s) is %s', (why, status) => {
    const client = new Client({}, false);
    client.host.proofRefusal = why;
    client.sends('Req.Connect User=alice Token=any');
    expect(client.hears()).toEqual([`Res.Confirmation Status=${status}`]);
  });

  test.each([
    ['name-taken', 'name-taken'],
    ['none-free', 'try-later'],
    ['storage', 'try-later'],
    ['overloaded', 'try-later'],
  ] as const)('refused as %s it is %s, and another name may be tried', (why, status) => {
    const client = new Client(
      {
        enter: (command) =>
          'name' in command.wanted && command.wanted.name === 'alice'
            ? no(why)
            : yes<'enter'>({ name: name('alicia') }),
      },
      false,
    );
    client.sends('Req.Connect User=alice', 'Req.Connect User=alicia', 'Req.List');
    expect(client.hears().map((line) => line.split(' | ')[0])).toEqual([
      `Res.Confirmation Status=${status}`,
      'Res.Confirmation User=alicia Status=ok',
      'Res.List',
    ]);
  });

  test.each(['', '#7', ' ', 'a\u0000b', 'x'.repeat(256)])('takes %p for no name', (user) => {
    const client = new Client({}, false);
    client.sends(`Req.Connect User=${JSON.stringify(user)}`);
    expect(client.hears()).toEqual(['Res.Confirmation Status=bad-name']);
  });

  test('tells nothing before it is answered, and then in order', () => {
    const client = new Client({}, false);
    client.host.hold = true;
    client.sends('Req.Connect User=alice', 'Req.List Id=2');
    client.session.tell({ is: 'invited', room: room('club'), by: name('bob'), origin: 'groups' });
    client.session.deliver(direct('hola'), () => {});
    expect(client.hears()).toEqual([]);
    client.host.hold = false;
    client.host.release();
    expect(client.hears().map((line) => line.split(' | ')[0])).toEqual([
      'Res.Confirmation User=alice Status=ok',
      'Req.Group.Invite User=bob Group=club',
      'Req.Send User=bob To=alice Id=1',
      'Res.List Id=2',
    ]);
  });

  test('is waited for only so long', () => {
    const client = new Client({}, false);
    expect(client.host.wakeMs).toBe(limits.net.requestMs);
    client.session.woke();
    expect(client.host.ending).toBe('aborted');
  });

  test('is not given up while the hub takes its time, and its deadline stands again when it is refused', () => {
    const client = new Client({ enter: () => no('name-taken') }, false);
    client.host.hold = true;
    client.sends('Req.Connect User=alice');
    client.session.woke();
    expect(client.host.ending).toBe('open');
    client.host.release();
    expect(client.hears()).toEqual(['Res.Confirmation Status=name-taken']);
    expect(client.host.wakeMs).toBe(limits.net.requestMs);
    client.session.woke();
    expect(client.host.ending).toBe('aborted');
  });

  test('by a client that ends its side at once is answered before the end', () => {
    const client = new Client({}, false);
    client.host.hold = true;
    client.sends('Req.Connect User=alice');
    client.feed.end();
    expect(client.host.ending).toBe('open');
    client.host.release();
    client.host.release();
    expect(client.hears().map((line) => line.split(' | ')[0])).toEqual([
      'Res.Confirmation User=alice Status=ok',
    ]);
    expect(client.host.ending).toBe('ended');
  });

  test('byte by byte is the same', () => {
    const client = new Client({}, false);
    client.feed.drip(client.bytes('Req.Connect User=alice', 'Req.Send To=bob Id=1 | hola'));
    expect(client.hears()).toHaveLength(2);
  });
});

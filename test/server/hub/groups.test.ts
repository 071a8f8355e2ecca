// Closed rooms in the hub: only the creator invites, anyone leaves, accounts belong over restarts, guests do not.

import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';

import { limits } from '../../../src/protocol/limits';
import { forgetGuestsGroups } from '../../../src/server/hub/state/groups';
import { Desk, named, roomNamed, sessionOf } from '../../support/journal';
import { scratchFolder } from '../../support/scratch';

const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;
const yes = { ok: true, value: undefined } as const;
const of = (session: string, group = 'club') =>
  ({ session: sessionOf(session), group: roomNamed(group) }) as const;
const create = (session: string, group?: string) =>
  ({ do: 'group-create', ...of(session, group) }) as const;
const invite = (session: string, to: string) =>
  ({ do: 'group-invite', ...of(session), to: named(to) }) as const;
const accept = (session: string) => ({ do: 'group-accept', ...of(session) }) as const;
const decline = (session: string) => ({ do: 'group-decline', ...of(session) }) as const;
const leave = (session: string) => ({ do: 'group-leave', ...of(session) }) as const;
const say = (session: string) =>
  ({ do: 'say', session: sessionOf(session), room: roomNamed('club'), text: 'hi' }) as const;

const notices = (desk: Desk): string[] =>
  desk.takeEvents().flatMap((event) => {
    if (event.is !== 'notice') return [];
    const { notice, to } = event;
    const whom = to === 'watchers' ? to : Object.values(to).join(' but ');
    return [`${notice.is} to ${whom}`];
  });

function three(): Desk {
  const desk = new Desk();
  for (const name of ['ann', 'ben', 'cat']) desk.enter(name[0] ?? '', name);
  desk.must(create('a'));
  desk.takeEvents();
  return desk;
}

describe('groups', () => {
  test('have names of their own among all rooms', () => {
    const desk = three();
    expect(desk.ask(create('b'))).toEqual(no('room-exists'));
    expect(desk.ask(create('b', 'square'))).toEqual(no('room-exists'));
    const open = { do: 'room-create', session: sessionOf('b'), room: roomNamed('club') } as const;
    expect(desk.ask(open)).toEqual(no('room-exists'));
    const join = { do: 'room-join', session: sessionOf('b'), room: roomNamed('club') } as const;
    expect(desk.ask(join)).toEqual(no('unknown-room'));
    expect(desk.ask({ do: 'rooms', session: sessionOf('b') })).toMatchObject({
      value: { rooms: [] },
    });
    expect(desk.ask(create('nobody'))).toEqual(no('not-entered'));
  });

  test('are entered by invitation of the creator alone', () => {
    const desk = three();
    expect(desk.ask(accept('b'))).toEqual(no('not-invited'));
    expect(desk.ask(say('b'))).toEqual(no('not-member'));
    expect(desk.ask(invite('b', 'cat'))).toEqual(no('unknown-room'));
    expect(desk.ask(invite('a', 'dan'))).toEqual(no('unknown-user'));
    expect(desk.ask(invite('a', 'ben'))).toEqual(yes);
    expect(notices(desk)).toEqual(['invited to gb']);
    expect(desk.ask(accept('b'))).toEqual(yes);
    expect(notices(desk)).toEqual(['joined to club but b']);
    expect(desk.ask(accept('b'))).toEqual(no('not-invited'));
    expect(desk.ask(invite('b', 'cat'))).toEqual(no('not-creator'));
    expect(desk.ask(invite('a', 'ben'))).toEqual(no('already-member'));
    expect(desk.ask(say('b')).ok).toBe(true);
  });

  test('an invitation can be declined', () => {
    const desk = three();
    desk.must(invite('a', 'ben'));
    expect(desk.ask(decline('b'))).toEqual(yes);
    expect(desk.ask(decline('b'))).toEqual(no('not-invited'));
    expect(desk.ask(accept('b'))).toEqual(no('not-invited'));
  });

  test('go on without their creator, but then no member can invite; they end with their last member', () => {
    const desk = three();
    desk.must(invite('a', 'ben'));
    desk.must(accept('b'));
    desk.takeEvents();
    expect(desk.ask(leave('a'))).toEqual(yes);
    expect(notices(desk)).toEqual(['left to club but a']);
    expect(desk.ask(leave('a'))).toEqual(no('not-member'));
    expect(desk.ask(invite('b', 'cat'))).toEqual(no('not-creator'));
    expect(desk.ask({ do: 'group-list', session: sessionOf('b') })).toEqual({
      ok: true,
      value: { groups: [{ name: roomNamed('club'), creates: false, members: [named('ben')] }] },
    });
    expect(desk.ask(leave('b'))).toEqual(yes);
    expect(desk.ask(leave('b'))).toEqual(no('unknown-room'));
    expect(desk.ask(create('c'))).toEqual(yes);
  });

  test('there is an end to how many, and to how many belong to one', () => {
    const desk = three();
    for (let count = 1; count < limits.hub.groups; count++) {
      desk.journal.submit(create('b', `g${count}`), () => {});
    }
    desk.turn();
    expect(desk.ask(create('b', 'one-more'))).toEqual(no('too-many'));
    for (let count = 1; count < limits.hub.groupMembers; count++) {
      desk.enter(`s${count}`, `guest${count}`);
      desk.must(invite('a', `guest${count}`));
      desk.must(accept(`s${count}`));
    }
    expect(desk.ask(invite('a', 'cat'))).toEqual(no('too-many'));
    desk.must(leave('s1'));
    desk.must(invite('a', 'cat'));
    desk.must(accept('c'));
  });

  test('a guest who disconnects has left', () => {
    const desk = three();
    desk.must(invite('a', 'ben'));
    desk.must(accept('b'));
    desk.takeEvents();
    desk.must({ do: 'leave', session: sessionOf('a') });
    expect(notices(desk)).toEqual(['left to club but a']);
    desk.enter('a2', 'ann');
    expect(desk.ask({ do: 'group-list', session: sessionOf('a2') })).toEqual({
      ok: true,
      value: { groups: [] },
    });
    expect(desk.ask(accept('a2'))).toEqual(no('not-invited'));
  });
});

describe('groups of accounts', () => {
  const login = (desk: Desk, session: string, account: string) =>
    desk.must({
      do: 'login',
      session: sessionOf(session),
      account: named(account),
      tokenHash: account,
      dialect: 'test',
      machine: 'm1',
      address: { host: 'h', port: 1 },
    });
  const account = (desk: Desk, name: string) =>
    desk.must({
      do: 'register',
      name: named(name),
      fullName: name,
      born: '01/01/2000',
      host: 'h',
      tokenHash: name,
    });

  test('survive absence and a restart; guests in them do not', async () => {
    const path = join(await scratchFolder(), 'chat.db');
    const first = new Desk(path);
    account(first, 'ann');
    account(first, 'ben');
    login(first, 'a', 'ann');
    login(first, 'b', 'ben');
    first.enter('g', 'guest');
    first.must(create('a'));
    for (const name of ['ben', 'guest']) first.must(invite('a', name));
    first.must(accept('b'));
    first.must(accept('g'));
    first.takeEvents();
    // Away is not gone: no member is told, and the user still belongs to the group.
    first.must({ do: 'leave', session: sessionOf('b') });
    expect(notices(first)).toEqual([]);
    first.journal.close();
    first.db.close();

    const second = new Desk(path);
    forgetGuestsGroups(second.db);
    login(second, 'b2', 'ben');
    expect(second.takeEvents()).toContainEqual({
      is: 'room-in',
      room: roomNamed('club'),
      session: sessionOf('b2'),
      mute: false,
    });
    expect(second.ask(say('b2')).ok).toBe(true);
    expect(second.ask({ do: 'group-list', session: sessionOf('b2') })).toEqual({
      ok: true,
      value: {
        groups: [
          { name: roomNamed('club'), creates: false, members: [named('ann'), named('ben')] },
        ],
      },
    });
    login(second, 'a2', 'ann');
    expect(second.ask(invite('a2', 'ben'))).toEqual(no('already-member'));
  });

  test('an invitation waits for its account', () => {
    const desk = new Desk();
    account(desk, 'ann');
    account(desk, 'ben');
    login(desk, 'a', 'ann');
    desk.must(create('a'));
    desk.must(invite('a', 'ben'));
    desk.takeEvents();
    login(desk, 'b', 'ben');
    expect(notices(desk)).toEqual(['invited to b']);
    expect(desk.ask(accept('b'))).toEqual(yes);
  });

  test('all sessions of an account hear its groups, and the others are told once', () => {
    const desk = new Desk();
    account(desk, 'ann');
    account(desk, 'ben');
    login(desk, 'a', 'ann');
    login(desk, 'b1', 'ben');
    login(desk, 'b2', 'ben');
    desk.must(create('a'));
    desk.must(invite('a', 'ben'));
    desk.takeEvents();
    desk.must(accept('b2'));
    expect(notices(desk)).toEqual(['joined to club but b2']);
    for (const session of ['b1', 'b2']) expect(desk.ask(say(session)).ok).toBe(true);
    desk.must(leave('b1'));
    for (const session of ['b1', 'b2']) expect(desk.ask(say(session))).toEqual(no('not-member'));
  });

  test('unregistering leaves them', () => {
    const desk = new Desk();
    account(desk, 'ann');
    account(desk, 'ben');
    login(desk, 'a', 'ann');
    login(desk, 'b', 'ben');
    desk.must(create('a'));
    desk.must(invite('a', 'ben'));
    desk.must(accept('b'));
    desk.takeEvents();
    desk.must({ do: 'unregister', account: named('ann'), host: 'h', session: sessionOf('a') });
    expect(notices(desk)).toEqual(['left to club but a']);
    expect(desk.ask({ do: 'group-list', session: sessionOf('b') })).toMatchObject({
      value: { groups: [{ creates: false, members: ['ben'] }] },
    });
  });
});

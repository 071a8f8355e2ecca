// Closed rooms in the hub: only the creator invites, anyone leaves, accounts belong over restarts, guests do not.

import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';

import { limits } from '../../../src/protocol/limits';
import type { RecipientId } from '../../../src/protocol/model';
import { forgetGuestsGroups } from '../../../src/server/hub/state/groups';
import { readInvitations } from '../../../src/server/hub/state/invitations';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';
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

const notices = (hub: TestHub): string[] =>
  hub.takeEvents().flatMap((event) => {
    if (event.is !== 'notice') return [];
    const { notice, to } = event;
    const whom = to === 'watchers' ? to : Object.values(to).join(' but ');
    return [`${notice.is} to ${whom}`];
  });

function three(): TestHub {
  const hub = new TestHub();
  for (const name of ['ann', 'ben', 'cat']) hub.enter(name[0] ?? '', name);
  hub.must(create('a'));
  hub.takeEvents();
  return hub;
}

describe('groups', () => {
  test('have names of their own among all rooms', () => {
    const hub = three();
    expect(hub.ask(create('b'))).toEqual(no('room-exists'));
    expect(hub.ask(create('b', 'square'))).toEqual(no('room-exists'));
    const open = { do: 'room-create', session: sessionOf('b'), room: roomNamed('club') } as const;
    expect(hub.ask(open)).toEqual(no('room-exists'));
    const join = { do: 'room-join', session: sessionOf('b'), room: roomNamed('club') } as const;
    expect(hub.ask(join)).toEqual(no('unknown-room'));
    expect(hub.ask({ do: 'rooms', session: sessionOf('b') })).toMatchObject({
      value: { rooms: [] },
    });
    expect(hub.ask(create('nobody'))).toEqual(no('not-entered'));
  });

  test('are entered by invitation of the creator alone', () => {
    const hub = three();
    expect(hub.ask(accept('b'))).toEqual(no('not-invited'));
    expect(hub.ask(say('b'))).toEqual(no('not-member'));
    expect(hub.ask(invite('b', 'cat'))).toEqual(no('unknown-room'));
    expect(hub.ask(invite('a', 'dan'))).toEqual(no('unknown-user'));
    expect(hub.ask(invite('a', 'ben'))).toEqual(yes);
    expect(notices(hub)).toEqual(['invited to gb']);
    expect(hub.ask(accept('b'))).toEqual(yes);
    expect(notices(hub)).toEqual(['joined to club but b']);
    expect(hub.ask(accept('b'))).toEqual(no('not-invited'));
    expect(hub.ask(invite('b', 'cat'))).toEqual(no('not-creator'));
    expect(hub.ask(invite('a', 'ben'))).toEqual(no('already-member'));
    expect(hub.ask(say('b')).ok).toBe(true);
  });

  test('an invitation can be declined', () => {
    const hub = three();
    hub.must(invite('a', 'ben'));
    expect(hub.ask(decline('b'))).toEqual(yes);
    expect(hub.ask(decline('b'))).toEqual(no('not-invited'));
    expect(hub.ask(accept('b'))).toEqual(no('not-invited'));
  });

  test('go on without their creator, but then no member can invite; they end with their last member', () => {
    const hub = three();
    hub.must(invite('a', 'ben'));
    hub.must(accept('b'));
    hub.takeEvents();
    expect(hub.ask(leave('a'))).toEqual(yes);
    expect(notices(hub)).toEqual(['left to club but a']);
    expect(hub.ask(leave('a'))).toEqual(no('not-member'));
    expect(hub.ask(invite('b', 'cat'))).toEqual(no('not-creator'));
    expect(hub.ask({ do: 'group-list', session: sessionOf('b') })).toEqual({
      ok: true,
      value: { groups: [{ name: roomNamed('club'), creates: false, members: [named('ben')] }] },
    });
    expect(hub.ask(leave('b'))).toEqual(yes);
    expect(hub.ask(leave('b'))).toEqual(no('unknown-room'));
    expect(hub.ask(create('c'))).toEqual(yes);
  });

  test('there is an end to how many, and to how many belong to one', () => {
    const hub = three();
    const fill = hub.db.prepare('INSERT INTO chat_group (name, creator, at) VALUES (?, NULL, 0)');
    hub.db.transaction(() => {
      for (let count = 1; count < limits.hub.groups; count++) fill.run(`g${count}`);
    })();
    expect(hub.ask(create('b', 'one-more'))).toEqual(no('too-many'));
    for (let count = 1; count < limits.hub.groupMembers; count++) {
      hub.enter(`s${count}`, `guest${count}`);
      hub.must(invite('a', `guest${count}`));
      hub.must(accept(`s${count}`));
    }
    expect(hub.ask(invite('a', 'cat'))).toEqual(no('too-many'));
    hub.must(leave('s1'));
    hub.must(invite('a', 'cat'));
    hub.must(accept('c'));
  });

  test('invitations over the bound do not bring in more members than it allows', () => {
    const hub = three();
    hub.must(invite('a', 'ben'));
    hub.must(invite('a', 'cat'));
    for (let count = 1; count < limits.hub.groupMembers - 1; count++) {
      hub.enter(`s${count}`, `guest${count}`);
      hub.must(invite('a', `guest${count}`));
      hub.must(accept(`s${count}`));
    }
    hub.must(accept('b'));
    expect(hub.ask(accept('c'))).toEqual(no('too-many'));
    hub.must(leave('s1'));
    hub.must(accept('c'));
  });

  test('a guest who disconnects has left', () => {
    const hub = three();
    hub.must(invite('a', 'ben'));
    hub.must(accept('b'));
    hub.takeEvents();
    hub.must({ do: 'leave', session: sessionOf('a') });
    expect(notices(hub)).toEqual(['left to club but a']);
    hub.enter('a2', 'ann');
    expect(hub.ask({ do: 'group-list', session: sessionOf('a2') })).toEqual({
      ok: true,
      value: { groups: [] },
    });
    expect(hub.ask(accept('a2'))).toEqual(no('not-invited'));
  });
});

describe('groups of accounts', () => {
  const login = (hub: TestHub, session: string, account: string) =>
    hub.must({
      do: 'login',
      session: sessionOf(session),
      ...hub.proof(account),
      dialect: 'test',
      machine: 'm1',
      address: { host: 'h', port: 1 },
    });
  const account = (hub: TestHub, name: string) => hub.registerWith(name);

  test('survive absence and a restart; guests in them do not', async () => {
    const path = join(await scratchFolder(), 'chat.db');
    const first = new TestHub(path);
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

    const second = new TestHub(path);
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
    const hub = new TestHub();
    account(hub, 'ann');
    account(hub, 'ben');
    login(hub, 'a', 'ann');
    hub.must(create('a'));
    hub.must(invite('a', 'ben'));
    hub.takeEvents();
    login(hub, 'b', 'ben');
    const read = readInvitations(hub.db);
    const [first] = read('a2' as RecipientId, 10);
    expect(first).toMatchObject({ by: 'ann', origin: 'test' });
    expect(read('a2' as RecipientId, 10, first)).toEqual([]);
    expect(hub.ask(accept('b'))).toEqual(yes);
    expect(read('a2' as RecipientId, 10)).toEqual([]);
  });

  test('all sessions of an account hear its groups, and the others are told once', () => {
    const hub = new TestHub();
    account(hub, 'ann');
    account(hub, 'ben');
    login(hub, 'a', 'ann');
    login(hub, 'b1', 'ben');
    login(hub, 'b2', 'ben');
    hub.must(create('a'));
    hub.must(invite('a', 'ben'));
    hub.takeEvents();
    hub.must(accept('b2'));
    expect(notices(hub)).toEqual(['joined to club but b2']);
    for (const session of ['b1', 'b2']) expect(hub.ask(say(session)).ok).toBe(true);
    hub.must(leave('b1'));
    for (const session of ['b1', 'b2']) expect(hub.ask(say(session))).toEqual(no('not-member'));
  });

  test('unregistering leaves them', () => {
    const hub = new TestHub();
    account(hub, 'ann');
    account(hub, 'ben');
    login(hub, 'a', 'ann');
    login(hub, 'b', 'ben');
    hub.must(create('a'));
    hub.must(invite('a', 'ben'));
    hub.must(accept('b'));
    hub.takeEvents();
    hub.must({ do: 'unregister', account: named('ann'), host: 'h', session: sessionOf('a') });
    expect(notices(hub)).toEqual(['left to club but a']);
    expect(hub.ask({ do: 'group-list', session: sessionOf('b') })).toMatchObject({
      value: { groups: [{ creates: false, members: ['ben'] }] },
    });
  });
});

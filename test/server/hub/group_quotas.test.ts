// What one user may take of groups and invitations, so that nobody takes those of others.

import { expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';
import { no, yes } from './commands';

const create = (session: string, group: string) =>
  ({ do: 'group-create', session: sessionOf(session), group: roomNamed(group) }) as const;
const invite = (session: string, group: string, to: string) =>
  ({
    do: 'group-invite',
    session: sessionOf(session),
    group: roomNamed(group),
    to: named(to),
  }) as const;
const accept = (session: string, group: string) =>
  ({ do: 'group-accept', session: sessionOf(session), group: roomNamed(group) }) as const;

/** A hub with these guests, each with a session of the same name. */
function guests(...names: string[]): TestHub {
  const hub = new TestHub();
  for (const name of names) hub.enter(name, name);
  return hub;
}

/** Has a guest create groups and invite the user to each. */
function inviteOften(hub: TestHub, inviter: string, to: string, times: number): void {
  for (let count = 0; count < times; count++) {
    hub.must(create(inviter, `${inviter}-${count}`));
    hub.must(invite(inviter, `${inviter}-${count}`, to));
  }
}

test('a creator has so many groups and no more; others create theirs', () => {
  const hub = guests('ann', 'ben');
  for (let count = 0; count < limits.hub.groupsPerCreator; count++) {
    hub.must(create('ann', `a${count}`));
  }
  expect(hub.ask(create('ann', 'one-more'))).toEqual(no('too-many'));
  expect(hub.ask(create('ben', 'one-more'))).toEqual(yes);
  hub.must({ do: 'group-leave', session: sessionOf('ann'), group: roomNamed('a0') });
  expect(hub.ask(create('ann', 'again'))).toEqual(yes);
});

test('a user belongs to so many groups and no more', () => {
  const hub = guests('ann', 'ben');
  hub.must(create('ann', 'club'));
  hub.must(invite('ann', 'club', 'ben'));
  const fill = hub.db.prepare(`INSERT INTO chat_group (name, creator, at) VALUES (?, NULL, 0)`);
  const belong = hub.db.prepare(
    `INSERT INTO group_member (group_name, recipient, name, at) VALUES (?, 'gben', 'ben', 0)`,
  );
  for (let count = 0; count < limits.hub.groupsPerMember; count++) {
    fill.run(`g${count}`);
    belong.run(`g${count}`);
  }
  expect(hub.ask(accept('ben', 'club'))).toEqual(no('too-many'));
  expect(hub.ask(create('ben', 'own'))).toEqual(no('too-many'));
  hub.must({ do: 'group-leave', session: sessionOf('ben'), group: roomNamed('g0') });
  // The refusal has left the invitation.
  expect(hub.ask(accept('ben', 'club'))).toEqual(yes);
});

test('one inviter has few invitations waiting for one user; a friend still has the first', () => {
  const most = limits.hub.invitationsPerInvitedOfOne;
  const hub = guests('eve', 'friend', 'victim');
  inviteOften(hub, 'eve', 'victim', most);
  hub.must(create('eve', 'one-more'));
  expect(hub.ask(invite('eve', 'one-more', 'victim'))).toEqual(no('too-many'));
  // Again is no more.
  expect(hub.ask(invite('eve', 'eve-0', 'victim'))).toEqual(yes);
  const strangers = limits.hub.invitationsPerInvited / most - 1;
  for (let count = 0; count < strangers; count++) {
    hub.enter(`eve${count}`, `eve${count}`);
    inviteOften(hub, `eve${count}`, 'victim', most);
  }
  hub.must(create('friend', 'ours'));
  hub.must(create('friend', 'ours-too'));
  expect(hub.ask(invite('friend', 'ours', 'victim'))).toEqual(yes);
  expect(hub.ask(invite('friend', 'ours-too', 'victim'))).toEqual(no('too-many'));
});

test('an inviter has so many invitations that wait', () => {
  const hub = guests('eve', 'victim');
  hub.must(create('eve', 'club'));
  hub.must(create('eve', 'other'));
  const fill = hub.db.prepare(
    `INSERT INTO group_invitation (group_name, recipient, by_name, origin, at)
     VALUES ('club', ?, 'eve', 'test', 0)`,
  );
  for (let count = 0; count < limits.hub.invitationsPerInviter; count++) fill.run(`gs${count}`);
  expect(hub.ask(invite('eve', 'other', 'victim'))).toEqual(no('too-many'));
});

test('what a user is told of invitations at a login is less than a peer may leave unread', () => {
  const { nameBytes, invitationsPerInvitedMost, roomNameBytes } = limits.hub;
  const most = invitationsPerInvitedMost * 2 * (nameBytes + roomNameBytes);
  expect(most).toBeLessThan(limits.net.sendQueueBytes / 4);
});

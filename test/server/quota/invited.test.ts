// A user who is invited to all there is: at their next login they are told so much and no more, and stay.

import { expect, test } from 'bun:test';

import { groups } from '../../../src/protocol/groups/index';
import { limits } from '../../../src/protocol/limits';
import { web } from '../../../src/protocol/web/index';
import { readRates } from '../../../src/server/quota/flag';
import { GroupsPeer } from '../../protocol/groups/person';
import { join, tokenFor } from '../../protocol/web/person';
import { startServer } from '../../support/server';

/** A guest enters, creates groups and invites the user to each: how many invitations were taken. */
async function inviteBy(
  guest: GroupsPeer,
  name: string,
  to: string,
  times: number,
): Promise<number> {
  await guest.send({ action: 'connect', user: name });
  await guest.read();
  let taken = 0;
  for (let count = 0; count < times; count++) {
    const group = `${name}-${count}`;
    await guest.send({ action: 'create', group });
    await guest.send({ action: 'invite', group, to: [to] });
    expect((await guest.read()).status).toBe('ok');
    const { status } = await guest.read();
    if (status === 'ok') taken++;
    else expect(status).toBe('too-many');
  }
  return taken;
}

test('invited without end, a user is told of a bounded number at the login, and stays', async () => {
  const bounds = { rates: { perSecond: readRates('off') } };
  await using server = await startServer([groups, web], { bounds });
  const port = server.port('groups');
  const victim = await join(server.port('web'), 'victim');
  await victim[Symbol.asyncDispose]();
  const most = limits.hub.invitationsPerInvitedOfOne;
  // The guests stay, because their groups go with them.
  await using stack = new AsyncDisposableStack();
  let taken = 0;
  for (let count = 0; count < 40; count++) {
    const guest = stack.use(await GroupsPeer.connect(port));
    const invited = await inviteBy(guest, `eve${count}`, 'victim', most + 2);
    expect(invited).toBeLessThanOrEqual(most);
    taken += invited;
  }
  // All places, and one for each further inviter.
  expect(taken).toBe(
    limits.hub.invitationsPerInvited + 40 - limits.hub.invitationsPerInvited / most,
  );
  await using back = await GroupsPeer.connect(port);
  await back.send({ action: 'connect', user: 'victim', token: tokenFor('victim') });
  expect((await back.read()).status).toBe('ok');
  for (let count = 0; count < taken; count++) expect((await back.read()).action).toBe('invite');
  await back.send({ action: 'list', id: 'l' });
  expect((await back.read()).action).toBe('listed');
});

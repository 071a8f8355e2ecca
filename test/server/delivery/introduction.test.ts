// What a user who comes in was invited to before: told in slices, as the peer reads, and each invitation once.

import { expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { Notice, RecipientId, RoomName } from '../../../src/protocol/model';
import { Introduction } from '../../../src/server/delivery/introduction';
import type { WaitingInvitation } from '../../../src/server/hub/state/invitations';
import { named, roomNamed } from '../../support/journal';

const most = limits.delivery.introducedAtOnce;

/** An introduction to so many invitations; `pass` lets the pause pass, `read` lets the peer read. */
function introduced(count: number) {
  const waiting: WaitingInvitation[] = Array.from({ length: count }, (_, at) => ({
    group: roomNamed(`g${at}`),
    by: named('eve'),
    origin: 'test',
    at,
  }));
  const told: RoomName[] = [];
  const timers: (() => void)[] = [];
  const reads: (() => void)[] = [];
  let isDone = false;
  const outlet = {
    dialect: 'test',
    deliver() {},
    tell() {},
    whenRead: (then: () => void) => void reads.push(then),
  };
  const introduction = new Introduction(
    'a1' as RecipientId,
    outlet,
    {
      invitations: (_recipient, limit, after) =>
        waiting.filter(({ at }) => at > (after?.at ?? -1)).slice(0, limit),
      after: (_ms, then) => {
        timers.push(then);
        return () => {};
      },
      tell: (notice: Notice) => void (notice.is === 'invited' && told.push(notice.room)),
    },
    () => (isDone = true),
  );
  return {
    waiting,
    told,
    introduction,
    pass: () => timers.splice(0).map((run) => run()).length,
    read: () => reads.splice(0).map((run) => run()).length,
    isDone: () => isDone,
  };
}

test('a slice after the other, each when the peer has read and others have had their turn', () => {
  const all = introduced(2 * most + 1);
  const counts: number[] = [];
  for (let slice = 0; slice < 3; slice++) {
    // Nothing comes before the pause is over, nor before the peer has read.
    expect([all.read(), all.told.length]).toEqual([0, slice * most]);
    expect([all.pass(), all.told.length]).toEqual([1, slice * most]);
    expect(all.read()).toBe(1);
    counts.push(all.told.length);
  }
  expect(counts).toEqual([most, 2 * most, 2 * most + 1]);
  expect([all.isDone(), all.pass()]).toEqual([true, 0]);
  expect(new Set(all.told).size).toBe(2 * most + 1);
});

test('what is accepted meanwhile, or was told when it was made, is not told again', () => {
  const { waiting, told, introduction, pass, read } = introduced(most + 3);
  pass();
  read();
  waiting.splice(most, 1);
  introduction.toldOf(roomNamed(`g${most + 1}`));
  pass();
  read();
  expect(told.slice(most)).toEqual([roomNamed(`g${most + 2}`)]);
});

test('nothing is told to a user who has gone', () => {
  const { told, introduction, pass, read } = introduced(2 * most);
  pass();
  read();
  pass();
  introduction.end();
  read();
  expect([told.length, pass()]).toEqual([most, 0]);
});

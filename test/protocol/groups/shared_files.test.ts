// A file for several groups: who is in more than one of them is asked once.

import { expect, test } from 'bun:test';
import { join } from 'node:path';

import { Stage } from './file_stage';
import type { GroupsPeer } from './person';

/** Whom a peer was offered files by, until the server answers what is asked behind them. */
async function offersTo(peer: GroupsPeer): Promise<number> {
  await peer.send('Req.List Id=last');
  let count = 0;
  for (;;) {
    const { action, status, id } = await peer.read();
    if (action === 'file' && status === 'offer') count++;
    if (action === 'listed' && id === 'last') return count;
  }
}

test('two groups that share a member: one person, one offer', async () => {
  await using stage = await Stage.open();
  const alice = await stage.connect('alice');
  const [bob, eva, dan] = [
    await stage.enter('bob'),
    await stage.enter('eva'),
    await stage.enter('dan'),
  ];
  alice.chat.write('group club bob eva\ngroup team bob dan\ngroup both bob\n');
  for (const [peer, ...groups] of [
    [bob, 'club', 'team', 'both'],
    [eva, 'club'],
    [dan, 'team'],
  ] as const) {
    // The last invitation comes behind the others.
    for (let last = ''; last !== groups.at(-1);) last = (await peer.read()).group ?? '';
    for (const group of groups) {
      await peer.send(`Req.Group.Accept Group=${group} Id=${group}`);
      for (let id = ''; id !== group;) id = (await peer.read()).id ?? '';
    }
  }
  await Bun.write(join(alice.folder, 'x.txt'), 'hello');
  alice.chat.write('file x.txt club team both\n');
  await alice.chat.until(/x\.txt \(5 bytes\) is offered to dan/);
  alice.chat.write('users\n');
  await alice.chat.until(/^dan \S+ \d+/m);
  expect([await offersTo(bob), await offersTo(eva), await offersTo(dan)]).toEqual([1, 1, 1]);
  // The file of the offer that asked nobody is closed, and what is offered can be taken back.
  expect(alice.chat.out).not.toContain('offered to  ');
});

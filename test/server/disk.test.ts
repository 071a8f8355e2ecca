// The built server on a slow disk, and on one that fails: who waits for it, and when nobody is told anything any more.

import { expect, test } from 'bun:test';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { exit } from '../../src/cli/exit';
import { ChannelsClient } from '../protocol/channels/person';
import { ask } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { Changes } from '../support/changes';
import { hasCompiler, onDisk } from '../support/disk/disk';
import { startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { overTcp } from '../support/tcp_transport';

const registering = (name: string): string => nul('REGISTER', name, name, '01/01/2000');

/** On a disk that is slow enough for its syncs to be made beside the event loop. */
async function serve() {
  const folder = await scratchFolder();
  const marks = await scratchFolder();
  const [holds, fails] = [join(marks, 'holds'), join(marks, 'fails')];
  const env = await onDisk({ folder, syncMs: 3, holds, fails });
  const doors = ['-p', '0', '--channels', '0', '--host', '127.0.0.1'];
  const chat = await startChat(['serve', ...doors, '--data', folder], { env });
  const port = async (door: string): Promise<number> =>
    Number((await chat.until(new RegExp(`^${door} +(\\d+) `, 'm'), { on: 'err' }))[1]);
  return { chat, holds, fails, mailbox: await port('mailbox'), channels: await port('channels') };
}

test.skipIf(!hasCompiler)('a channel does not wait for a disk that takes for ever', async () => {
  const { chat, holds, mailbox, channels } = await serve();
  const changes = new Changes();
  const told: string[] = [];
  const open = (name: string): ChannelsClient => {
    const client = new ChannelsClient(overTcp(channels), (frame) => {
      told.push(`${name}: ${frame}`);
      changes.changed();
    });
    client.send(name);
    return client;
  };
  const isTold = (line: string): Promise<void> =>
    changes.until(
      () => told.includes(line),
      () => `${line} is missing in ${told.join('\n')}`,
    );
  const [ann, ben] = [open('ann'), open('ben')];
  ann.send('/create club');
  ann.settle();
  await changes.until(
    () => told.some((line) => line.startsWith('ann: /join')),
    () => 'no channel',
  );
  ben.send('/join club');
  await isTold('ann: ben has joined');
  // One after the other, each hears the other while an account waits for the disk.
  writeFileSync(holds, '');
  const registered = ask(mailbox, registering('alice')).then(() => told.push('registered'));
  for (let turn = 0; turn < 20; turn++) {
    ann.send(`a${turn}`);
    await isTold(`ben: [ann] a${turn}`);
    ben.send(`b${turn}`);
    await isTold(`ann: [ben] b${turn}`);
  }
  expect(told).not.toContain('registered');
  rmSync(holds);
  await registered;
  expect((await chat.kill('SIGTERM')).status).toBe(0);
});

test.skipIf(!hasCompiler)('a sync that fails ends the server, and answers nobody', async () => {
  const { chat, fails, mailbox } = await serve();
  expect(await ask(mailbox, registering('alice'))).toBe('\0');
  writeFileSync(fails, '');
  expect(await ask(mailbox, registering('bob'))).toBe('');
  const { status, err } = await chat.ended;
  expect(status).toBe(exit.diskFailed);
  expect(err).toContain('the disk did not take what is to last, so the server ends: ');
});

// A disk that is full, for real: what asks is refused, what was answered stays, and the server goes on when there is room.

import { expect, test } from 'bun:test';

import { ask, register } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { canMakeDisks, fillDisk, smallDisk } from '../support/small_disk';
import { listenTcp } from '../support/tcp';

/** More writes than fit into what the database has already taken of the disk. */
const attempts = 5_000;

test.skipIf(!canMakeDisks())(
  'a disk without a byte left refuses, in one line, and loses nothing',
  async () => {
    const folder = await scratchFolder();
    const serve = ['serve', '-p', '0', '--data', folder];
    const server = await startChat(serve, { within: smallDisk('16m', folder) });
    const [, door] = await server.until(/mailbox +(\d+)/, { on: 'err' });
    const port = Number(door);
    for (const alias of ['alice', 'bob']) expect(await register(port, alias)).toBe('\0');
    const send = (text: string): Promise<string> => ask(port, nul('SEND', 'alice', 'bob', text));
    let last = 0;
    for (; last < 20; last++) expect(await send(`before ${last}`)).toBe(`\0${last + 1}\0`);

    const free = fillDisk(server.pid, folder);
    // What does not grow is tried however little is free: that is what meets the end of the disk.
    const codes = new Set<string>();
    for (let count = 0; count < attempts && !server.err.includes('cannot be written'); count++) {
      codes.add(await ask(port, nul('CONNECT', 'bob', '4000')));
      codes.add(await ask(port, nul('DISCONNECT', 'bob')));
    }
    await server.until('the database cannot be written', { on: 'err' });
    expect(server.err).toMatch(/cannot be written.*(?:full|disk I\/O)/);
    expect([...codes].some((code) => code !== '\0')).toBe(true);
    expect(await send('meanwhile')).toBe('\x02');

    free();
    let after = '';
    while (!after.startsWith('\0')) after = await send('after');
    expect(after).toBe(`\0${last + 1}\0`);
    // What was stored before is there.
    await using listener = listenTcp();
    expect(await ask(port, nul('CONNECT', 'bob', String(listener.port)))).toBe('\0');
    await using call = await listener.accept();
    expect(Buffer.from(await call.readToEnd()).toString()).toBe(
      nul('SEND_MESSAGE', 'alice', '1', 'before 0'),
    );
    call.close();
    const { err, status } = await server.kill();
    expect(status).toBe(0);
    // One line for the operator, and no stack.
    expect(err.match(/cannot be written/g)).toHaveLength(1);
    expect(err).not.toMatch(/^ +at |bug of chat/m);
  },
  60_000,
);

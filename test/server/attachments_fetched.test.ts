// Attachments fetched from a real server: nothing is lost halfway, and what is not fetched expires.

import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';

import { limits } from '../../src/protocol/limits';
import { answerTo, ask, attachment, getFile, register } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { sha256, untilEmpty, untilFolder } from '../support/folders';
import { HandClock } from '../support/hand_clock';
import { connectTcp, listenTcp } from '../support/tcp';
import { bytesOf, type Started, started } from './attachment_server';

describe('fetching', () => {
  test("only what waits for the asker, and only from the asker's own host", async () => {
    await using all = await started();
    const { port } = all;
    await register(port, 'carol');
    await ask(port, attachment('alice', 'bob', 'a', bytesOf(9)));
    for (const [alias, from, id, code] of [
      ['bob', 'alice', '2', 2],
      ['bob', 'alice', '0', 2],
      ['bob', 'alice', 'x', 2],
      ['bob', 'carol', '1', 2],
      ['carol', 'alice', '1', 2],
      ['zed', 'alice', '1', 1],
    ] as const) {
      expect(await answerTo(port, nul('GETFILE', alias, from, id))).toEqual(Buffer.from([code]));
    }
    expect(await getFile(port, 'bob', 'alice', 1)).toEqual(new Uint8Array(bytesOf(9)));
  });

  /** Asks for a file of 30 MB and takes a part of it: more is on its way than any socket holds. */
  async function partly({ port }: Started) {
    const peer = await connectTcp(port);
    await peer.send(nul('GETFILE', 'bob', 'alice', '1'));
    await peer.read(1000);
    peer.stopReading();
    return peer;
  }
  const large = bytesOf(30_000_000);

  test('a reset halfway: it waits on', async () => {
    await using all = await started();
    await ask(all.port, attachment('alice', 'bob', 'a', large));
    (await partly(all)).reset();
    expect(sha256((await getFile(all.port, 'bob', 'alice', 1)) as Uint8Array)).toBe(sha256(large));
    await untilEmpty(all.files);
  });

  test('an end before all of it was sent: it waits on', async () => {
    await using all = await started();
    await ask(all.port, attachment('alice', 'bob', 'a', large));
    const peer = await partly(all);
    peer.finish();
    await ask(all.port, nul('UNREGISTER', 'zed'));
    peer.reset();
    expect(sha256((await getFile(all.port, 'bob', 'alice', 1)) as Uint8Array)).toBe(sha256(large));
  });

  test('a peer that stops reading is dropped after its time, and costs no memory meanwhile', async () => {
    const clock = new HandClock();
    await using all = await started({ clock });
    await ask(all.port, attachment('alice', 'bob', 'a', large));
    await using peer = await partly(all);
    await ask(all.port, nul('UNREGISTER', 'zed'));
    clock.pass(limits.net.pieceMs + 1);
    peer.readOn();
    await peer.readToEnd();
    expect(sha256((await getFile(all.port, 'bob', 'alice', 1)) as Uint8Array)).toBe(sha256(large));
  });

  test('the server stops halfway: it waits on, and a part that was read does not count', async () => {
    const first = await started();
    await ask(first.port, attachment('alice', 'bob', 'a', large));
    const peer = await partly(first);
    const stopped = first.server.stop();
    peer.readOn();
    await peer.readToEnd();
    peer.close();
    await stopped;
    expect(readdirSync(first.files)).toEqual([sha256(large)]);
    await using second = await started({}, first.folder);
    expect(sha256((await getFile(second.port, 'bob', 'alice', 1)) as Uint8Array)).toBe(
      sha256(large),
    );
  });
});

describe('what is not fetched', () => {
  test('expires after its time; the message that it came with does not', async () => {
    const clock = new HandClock();
    const days = 24 * 3_600_000;
    await using all = await started({ clock, attachmentMs: 2 * days });
    const { port, files } = all;
    await ask(port, nul('DISCONNECT', 'bob'));
    await ask(port, attachment('alice', 'bob', 'a', bytesOf(9)));
    clock.pass(days);
    await ask(port, attachment('alice', 'bob', 'b', bytesOf(10)));
    clock.pass(days + limits.server.maintenanceMs);
    await untilFolder(files, (names) => names.length === 1);
    await using listener = listenTcp();
    await ask(port, nul('CONNECT', 'bob', String(listener.port)));
    for (const id of ['1', '2']) {
      const peer = await listener.accept();
      const call = Buffer.from(await peer.readToEnd()).toString();
      peer.close();
      expect(call).toStartWith(nul('SEND_MESSAGE', 'alice', id));
    }
    expect(await getFile(port, 'bob', 'alice', 1)).toBe(2);
    expect(await getFile(port, 'bob', 'alice', 2)).toEqual(new Uint8Array(bytesOf(10)));
  });

  test('expires while the server is away, too', async () => {
    const clock = new HandClock();
    const first = await started({ clock });
    await ask(first.port, attachment('alice', 'bob', 'a', bytesOf(9)));
    await first.server.stop();
    clock.pass(limits.files.attachmentMs + 1);
    await using second = await started({ clock }, first.folder);
    // Not before time has proved the clock.
    clock.pass(limits.journal.clockProofMs - 1);
    expect(readdirSync(second.files)).toHaveLength(1);
    clock.pass(limits.server.maintenanceMs + 1);
    await untilEmpty(second.files);
    expect(await getFile(second.port, 'bob', 'alice', 1)).toBe(2);
  });

  test('goes with its recipient, and stays when only its sender goes', async () => {
    await using all = await started();
    const { port, files } = all;
    await ask(port, attachment('alice', 'bob', 'a', bytesOf(9)));
    await ask(port, attachment('bob', 'alice', 'b', bytesOf(10)));
    expect(await ask(port, nul('UNREGISTER', 'alice'))).toBe('\0');
    await untilFolder(files, (names) => names.length === 1);
    expect(await getFile(port, 'bob', 'alice', 1)).toEqual(new Uint8Array(bytesOf(9)));
    await untilEmpty(files);
  });
});

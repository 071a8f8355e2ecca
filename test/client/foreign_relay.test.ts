// The client against relay servers that other people wrote: a zoo, and those with a fixed structure of 156 bytes.

import { afterEach, describe, expect, test } from 'bun:test';

import { runChat, startChat } from '../support/executable';
import { relayServers, startRelayServer } from '../support/foreign/relay_servers';
import { type FakeCall, type FakeServer, fakeServer } from './fake_server';

let server: FakeServer | undefined;
afterEach(() => {
  server?.stop();
  server = undefined;
});

const headerBytes = 14;
const messageBytes = 156;
const [flw, msg, ok] = [1, 2, 3];

function frame(kind: number, origin: number, to: number, sequence: number, text?: string): Buffer {
  const bytes = Buffer.alloc(text === undefined ? headerBytes : messageBytes);
  bytes.writeUInt16BE(kind, 0);
  bytes.writeUInt16BE(origin, 2);
  bytes.writeUInt16BE(to, 4);
  bytes.writeUInt32BE(sequence, 6);
  if (text === undefined) return bytes;
  bytes.writeUInt16BE(Buffer.byteLength(text), headerBytes);
  bytes.write(text, headerBytes + 2);
  return bytes;
}

/** Every frame that has come whole, where each MSG has 156 bytes. */
function framesIn(came: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + headerBytes <= came.length;) {
    const size = came.readUInt16BE(at) === msg ? messageBytes : headerBytes;
    if (at + size > came.length) break;
    frames.push(came.subarray(at, at + size));
    at += size;
  }
  return frames;
}

const textOf = (bytes: Buffer): string =>
  bytes.toString('utf8', headerBytes + 2, headerBytes + 2 + bytes.readUInt16BE(headerBytes));

/** Gives out the numbers 7 and 1007, says `greeting` to the display, and keeps the texts. */
function structServer(texts: string[], greeting?: string): FakeServer {
  return fakeServer(async (call: FakeCall) => {
    const [oi = Buffer.alloc(headerBytes)] = framesIn(await call.bytes(headerBytes));
    const wanted = oi.readUInt16BE(2);
    const id = wanted === 0 ? 7 : 1007;
    call.send(frame(ok, 0, id, oi.readUInt32BE(6)));
    if (id === 1007 && greeting !== undefined) call.send(frame(msg, 8, id, 0, greeting));
    for (let taken = 1; ; taken++) {
      while (framesIn(call.came).length <= taken) await call.bytes(call.came.length + 1);
      const next = framesIn(call.came)[taken] ?? oi;
      const kind = next.readUInt16BE(0);
      if (kind === msg) texts.push(textOf(next));
      if (kind === msg || kind === flw) call.send(frame(ok, 0, id, next.readUInt32BE(6)));
      if (kind === flw) call.end();
    }
  });
}

test('it pads from the first padded text on that comes', async () => {
  const texts: string[] = [];
  server = structServer(texts, 'hello');
  const session = await startChat(['connect', `relay://127.0.0.1:${server.port}`]);
  await session.until('hello');
  session.write('one\ntwo, and longer\n/quit\n');
  expect((await session.ended).status).toBe(0);
  expect(texts).toEqual(['one', 'two, and longer']);
});

test('with --relay-pad it pads its first text too', async () => {
  const texts: string[] = [];
  server = structServer(texts);
  const url = `relay://127.0.0.1:${server.port}`;
  expect((await runChat(['send', url, 'one', '--relay-pad'])).status).toBe(0);
  const connect = await runChat(['connect', url, '--relay-pad'], { input: 'two\n' });
  expect(connect.status).toBe(0);
  expect(texts).toEqual(['one', 'two']);
});

describe.each(relayServers.map((foreign) => [foreign.name, foreign] as const))(
  '%s',
  (_, foreign) => {
    const url = (): string => `relay://7@127.0.0.1:${server?.port}`;

    test('chat send to all, and to a display that is not there', async () => {
      server = startRelayServer(foreign);
      const sent = await runChat(['send', url(), 'hello', '--json', '--timeout', '5']);
      expect([sent.status, sent.err.includes('    at ')]).toEqual([foreign.status, false]);
      if (foreign.status === 0)
        expect(sent.out.includes('"status":"sent"')).toBe(foreign.isMute === true);
      if (foreign.toNobody === undefined) return;
      const nobody = await runChat(['send', `${url()}/1999`, 'hello']);
      expect(nobody.status).toBe(foreign.toNobody);
    });

    test('an emitter in a session: every line goes out', async () => {
      server = startRelayServer(foreign);
      const args = ['connect', url(), '--role', 'emitter', '--once'];
      if (foreign.status !== 0) return;
      const { status, out, err } = await runChat(args, { input: 'one\n@1999 two\nthree\n' });
      expect(`${out}${err}`).not.toContain('    at ');
      expect(status).toBe(foreign.toNobody ?? 0);
      const said = server.calls[0]?.came.toString('latin1') ?? '';
      for (const text of ['one', 'two', 'three']) expect(said).toContain(text);
    });
  },
);

// Servers of the relay as other people write them: each departs from ours in one way.

import { type FakeCall, type FakeServer, fakeServer } from '../../client/fake_server';

export interface ForeignRelayServer {
  readonly name: string;
  /** Each byte has a segment of its own. */
  readonly drips?: boolean;
  /** The sequence of an answer to a frame. */
  readonly numbered?: (sequence: number) => number;
  /** It answers OI and nothing else. */
  readonly isMute?: boolean;
  /** It answers everything twice. */
  readonly twice?: boolean;
  /** An OK names nobody, or not the number that it gives. */
  readonly okTo?: number;
  /** What it says before its first answer. */
  readonly before?: Uint8Array;
  /** It refuses every number. */
  readonly isFull?: boolean;
  /** When it closes the connection. */
  readonly closes?: 'at once' | 'at OI' | 'at a text' | 'inside a frame';
  /** How `chat send` to all is to end, and to a display that is not there. */
  readonly status: number;
  readonly toNobody?: number;
}

const [oi, flw, msg, ok, erro] = [0, 1, 2, 3, 4];
const headerBytes = 14;

/** A frame that its sender made up. */
const strange = Buffer.from('00ff00000007000000000000000000', 'hex').subarray(0, headerBytes);

export const relayServers: readonly ForeignRelayServer[] = [
  { name: 'as the source', status: 0, toNobody: 67 },
  { name: 'byte by byte', drips: true, status: 0, toNobody: 67 },
  { name: 'answers that are all number 0', numbered: () => 0, status: 0, toNobody: 67 },
  {
    name: 'answers with numbers of its own',
    numbered: (sequence) => sequence + 10,
    status: 0,
    toNobody: 67,
  },
  { name: 'answers twice', twice: true, status: 0, toNobody: 67 },
  { name: 'answers OI alone', isMute: true, status: 0, toNobody: 0 },
  { name: 'an OK that names nobody', okTo: 0, status: 0, toNobody: 67 },
  { name: 'an unknown kind before', before: strange, status: 0, toNobody: 67 },
  { name: 'no free number', isFull: true, status: 75 },
  { name: 'ends at once', closes: 'at once', status: 69 },
  { name: 'ends at OI', closes: 'at OI', status: 69 },
  { name: 'ends at a text', closes: 'at a text', status: 69 },
  { name: 'ends inside a frame', closes: 'inside a frame', status: 69 },
];

export function startRelayServer(foreign: ForeignRelayServer): FakeServer {
  return fakeServer(async (call) => {
    if (foreign.closes === 'at once') return call.end();
    if (foreign.before) call.send(foreign.before);
    for (let at = 0; ;) {
      const header = await piece(call, at, headerBytes);
      const kind = header.readUInt16BE(0);
      at += headerBytes;
      if (kind === msg) at += 2 + (await piece(call, at, 2)).readUInt16BE(0);
      await call.bytes(at);
      if (kind === oi && foreign.closes === 'at OI') return call.end();
      if (kind === msg && foreign.closes === 'at a text') return call.end();
      await answer(call, foreign, kind, header);
      if (kind === flw || foreign.closes === 'inside a frame') return call.end();
    }
  });
}

async function answer(call: FakeCall, foreign: ForeignRelayServer, kind: number, header: Buffer) {
  if (kind === ok || kind === erro || (foreign.isMute === true && kind !== oi)) return;
  const wanted = header.readUInt16BE(2);
  const isRefused =
    (kind === oi && foreign.isFull === true) || (kind === msg && header.readUInt16BE(4) === 1999);
  const reply = Buffer.from(header);
  reply.writeUInt16BE(isRefused ? erro : ok, 0);
  reply.writeUInt16BE(0, 2);
  reply.writeUInt16BE(foreign.okTo ?? (wanted === 0 ? 7 : wanted), 4);
  reply.writeUInt32BE((foreign.numbered ?? ((number) => number))(header.readUInt32BE(6)), 6);
  if (foreign.closes === 'inside a frame') return call.send(reply.subarray(0, headerBytes / 2));
  for (const bytes of foreign.twice === true ? [reply, reply] : [reply]) {
    for (const part of foreign.drips === true
      ? Array.from(bytes, (byte) => Uint8Array.of(byte))
      : [bytes]) {
      call.send(part);
      if (foreign.drips === true) await new Promise((next) => setImmediate(next));
    }
  }
}

async function piece(call: FakeCall, at: number, length: number): Promise<Buffer> {
  return (await call.bytes(at + length)).subarray(at, at + length);
}

// Frames for the tests, built field by field and independent of the codec, and read back as short lines.

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { FrameReader } from '../../../src/protocol/relay/wire/codec';
import { type Frame, kinds } from '../../../src/protocol/relay/wire/messages';

/** A header as Python's struct.pack("!HHHII", ...) makes it (source 002, "Módulos recomendados"). */
export function header(
  kind: number,
  origin: number,
  destination: number,
  sequence = 0,
  timestamp = 1000,
): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.writeUInt16BE(kind, 0);
  bytes.writeUInt16BE(origin, 2);
  bytes.writeUInt16BE(destination, 4);
  bytes.writeUInt32BE(sequence, 6);
  bytes.writeUInt32BE(timestamp, 10);
  return bytes;
}

export const short = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);

export const oi = (id: number, sequence = 0): Buffer => header(kinds.OI, id, 0, sequence);
export const flw = (id: number, to = 0, sequence = 0): Buffer =>
  header(kinds.FLW, id, to, sequence);
export const ok = (id: number, to: number, sequence: number): Buffer =>
  header(kinds.OK, id, to, sequence);
export const erro = (id: number, to: number, sequence: number): Buffer =>
  header(kinds.ERRO, id, to, sequence);
export const qem = (id: number, to: number, sequence = 0): Buffer =>
  header(kinds.QEM, id, to, sequence);
export function msg(
  id: number,
  to: number,
  text: string | Uint8Array,
  sequence = 0,
  timestamp?: number,
): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([
    header(kinds.MSG, id, to, sequence, timestamp),
    short(bytes.length),
    bytes,
  ]);
}
export const okqem = (to: number, ids: readonly number[], sequence = 0): Buffer =>
  Buffer.concat([header(kinds.OKQEM, 0, to, sequence), short(ids.length), ...ids.map(short)]);

/** The same MSG as the fixed structure "!HHHIIH140s". */
export const padded = (message: Buffer): Buffer =>
  Buffer.concat([message, Buffer.alloc(156 - message.length)]);

/** A frame as one readable line: `MSG 7>1002 #4 @1000 "Ob-la-da"`. */
export function shown(frame: Frame, hasTime = true): string {
  const { kind, origin, destination, sequence, timestamp } = frame;
  const time = hasTime ? ` @${timestamp}` : '';
  const head = `${kind} ${origin}>${destination} #${sequence}${time}`;
  if (frame.kind === 'MSG') return `${head} ${JSON.stringify(Buffer.from(frame.text).toString())}`;
  return frame.kind === 'OKQEM' ? `${head} [${frame.ids.join(' ')}]` : head;
}

/** All frames in some bytes, which must end with one. */
export function framesIn(bytes: Uint8Array): Frame[] {
  const inbox = new Inbox();
  inbox.push(bytes);
  const reader = new FrameReader();
  const frames: Frame[] = [];
  for (let read = reader.take(inbox); read; read = reader.take(inbox)) {
    if (read.is === 'bad') throw new Error(`${read.why} in ${Buffer.from(bytes).toString('hex')}`);
    frames.push(read.frame);
  }
  if (inbox.length > 0) throw new Error(`${inbox.length} bytes are left over`);
  return frames;
}

export const linesIn = (bytes: Uint8Array, hasTime = true): string[] =>
  framesIn(bytes).map((frame) => shown(frame, hasTime));
